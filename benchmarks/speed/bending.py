"""An epoch of digits bent anew, 784-800-10, mini-batch 100; prints JSON. Run by measuring.py.

    python benchmarks/speed/bending.py --rounds 5

The recipe of notebook 11: ReLU and softmax, η 0.5, every image turned, stretched, shifted and bent
by an elastic field of its own. Then two contenders train for fifteen epochs and are judged.
"""

import argparse
import json
from time import perf_counter, process_time

import numpy as np
from contenders import PyTorch, load_data
from race import at_the_start, in_turn, keep_to_cores, say

from nnlib import FOR_RELU, LOG_LIKELIHOOD, RELU, SOFTMAX, Network, fit
from nnlib._support.speed import chunks
from nnlib.datasets.bending import MIDDLE, Bending, modes, smoothing
from nnlib.datasets.handwriting import SIDE

HIDDEN, BATCH, ETA = 800, 100, 0.5
EPOCHS, FALLING = 15, 3  # in the last three η falls to 0
BEND = Bending()


class Task:
    """All images, their one-hot targets, and the network's start."""

    def __init__(self, data):
        self.X, self.Y = map(np.concatenate, zip(data.train, data.validation, strict=True))
        self.start = Network(
            [self.X.shape[1], HIDDEN, self.Y.shape[1]],
            activations=[RELU, SOFTMAX],
            cost=LOG_LIKELIHOOD,
            weights=FOR_RELU,
            dtype=np.float32,
            rng=np.random.default_rng(0),
        )


class Nnlib:
    name = "nnlib"
    share = 1.0  # of an epoch, in a timed round

    def __init__(self, task):
        self.task, self.net, self.rng = task, task.start.copy(), np.random.default_rng(1)

    def train(self, n, eta=ETA):
        how = {"batch_size": BATCH, "augment": BEND, "monitor": [], "progress": False}
        fit(self.net, self.task.X[:n], self.task.Y[:n], eta=eta, epochs=1, rng=self.rng, **how)

    def bend(self, n):
        for rows in chunks(n, BATCH):
            BEND(self.task.X[rows], self.rng)

    def classify(self, X):
        return self.net.classify(X)


class Torch:
    """What they share: the same network, a step as the tutorials have it, images as one tensor."""

    share = 1.0
    at_once = 500  # images bent together

    def __init__(self, task):
        import torch

        torch.set_num_threads(1)
        self.images = torch.tensor(task.X).view(-1, 1, SIDE, SIDE)
        self.labels = torch.tensor(task.Y.argmax(axis=1))
        first, last = map(PyTorch.linear, (torch, torch), task.start.W, task.start.b)
        self.net = torch.nn.Sequential(torch.nn.Flatten(), first, torch.nn.ReLU(), last)
        self.cost = torch.nn.CrossEntropyLoss()
        self.descent = torch.optim.SGD(self.net.parameters(), lr=ETA)

    def train(self, n, eta=ETA):
        import torch

        self.descent.param_groups[0]["lr"] = eta
        for rows in torch.randperm(n).split(self.at_once):
            bent = self.bent(self.images[rows])
            for X, y in zip(bent.split(BATCH), self.labels[rows].split(BATCH), strict=True):
                self.step(X, y, eta)

    def step(self, X, y, eta):
        self.descent.zero_grad()
        self.cost(self.net(X), y).backward()
        self.descent.step()

    def bend(self, n):
        for images in self.images[:n].split(self.at_once):
            self.bent(images)

    def classify(self, X):
        import torch

        with torch.no_grad():
            return self.net(torch.tensor(X)).argmax(dim=1).numpy()


class TorchBasis(Torch):
    """nnlib's own way, all fields of a mini-batch one product; torch reads between the pixels."""

    name = "PyTorch: fields as one product, grid_sample"

    def __init__(self, task):
        import torch

        super().__init__(task)
        grid = coordinates(torch)  # in torch's unit: an image reaches from -1 to 1
        elastic = torch.tensor(modes(BEND.sigma, BEND.alpha) * 2 / SIDE, dtype=torch.float32)
        self.basis = torch.cat([elastic, *grid.view(2, 1, -1), torch.ones(1, SIDE**2)])

    def bent(self, images):
        import torch

        n = len(images)
        K = torch.randn(2, n, len(self.basis))
        K[:, :, -3:] = affine(torch, n).transpose(0, 1)
        places = (K @ self.basis).view(2, n, SIDE, SIDE).permute(1, 2, 3, 0)
        return read_at(torch, images, places)


class TorchByHand(TorchBasis):
    """The best that we can write: no graph of slopes, each product added where it belongs."""

    name = "PyTorch: fields as one product, grid_sample, the step by hand"

    def __init__(self, task):
        import torch

        super().__init__(task)
        self.one_hot = torch.eye(task.Y.shape[1])
        layers = self.net[1], self.net[3]
        self.parameters = [p.detach() for layer in layers for p in (layer.weight, layer.bias)]

    def step(self, X, y, eta):
        import torch

        (W1, b1, W2, b2), X, rate = self.parameters, X.view(len(X), -1), -eta / len(X)
        a1 = torch.addmm(b1, X, W1.T).relu_()
        delta2 = torch.addmm(b2, a1, W2.T).softmax(1).sub_(self.one_hot[y])
        delta1 = (delta2 @ W2).mul_(a1 > 0)
        for W, b, delta, a in ((W2, b2, delta2, a1), (W1, b1, delta1, X)):
            W.addmm_(delta.T, a, alpha=rate)
            b.add_(delta.sum(0), alpha=rate)


class TorchSeparable(Torch):
    """A whole field of noise for each image, smoothed along its rows and along its columns."""

    name = "PyTorch: noise smoothed along rows and columns, grid_sample"

    def __init__(self, task):
        import torch

        super().__init__(task)
        G = smoothing(BEND.sigma)
        values, vectors = np.linalg.eigh(G @ G.T)
        root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
        self.root = torch.tensor(root, dtype=torch.float32)
        self.strength = BEND.alpha / np.sqrt(3) * 2 / SIDE

    def bent(self, images):
        import torch

        n = len(images)
        shape = n, 1, SIDE, SIDE
        grid = torch.nn.functional.affine_grid(affine(torch, n), shape, align_corners=False)
        field = self.root @ torch.randn(n, 2, SIDE, SIDE) @ self.root
        return read_at(torch, images, grid + self.strength * field.permute(0, 2, 3, 1))


class Torchvision(Torch):
    """As its manual has it: the two transforms, each image by itself."""

    name = "torchvision: its transforms, image by image"
    share = 0.01

    def __init__(self, task):
        super().__init__(task)
        v2 = transforms()
        self.bend_one = v2.Compose(
            [
                v2.ElasticTransform(alpha=2 * BEND.alpha, sigma=BEND.sigma),  # its α is double
                v2.RandomAffine(
                    BEND.degrees,
                    translate=2 * (BEND.shift / SIDE,),
                    scale=(1 - BEND.scale, 1 + BEND.scale),
                    interpolation=v2.InterpolationMode.BILINEAR,
                ),
            ]
        )

    def bent(self, images):
        import torch

        return torch.stack([self.bend_one(image) for image in images])


def transforms():
    """torchvision's; beside a torch for processors only, what its package lacks is declared."""
    import torch

    try:
        from torchvision.transforms import v2
    except RuntimeError:
        operators = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        from torchvision.transforms import v2
    return v2


def coordinates(torch):
    """(2, 28, 28): the column and the row of each pixel, from -1 to 1."""
    along = (torch.arange(SIDE) - MIDDLE) * 2 / SIDE
    return torch.stack(torch.meshgrid(along, along, indexing="xy"))


def affine(torch, n):
    """(n, 2, 3): a turn, a stretch and a shift for each image, in torch's unit."""
    angle = uniform(torch, np.deg2rad(BEND.degrees), n)
    wide, tall = 1 + uniform(torch, BEND.scale, 2, n)
    shift = uniform(torch, BEND.shift * 2 / SIDE, 2, n)
    rows = (angle.cos() * wide, -angle.sin() * tall, shift[0])
    return torch.stack([*rows, angle.sin() * wide, angle.cos() * tall, shift[1]], 1).view(n, 2, 3)


def uniform(torch, most, *shape):
    return (2 * torch.rand(shape) - 1) * most


def read_at(torch, images, places):
    how = {"mode": "bilinear", "padding_mode": "zeros", "align_corners": False}
    return torch.nn.functional.grid_sample(images, places, **how)


CONTENDERS = (Nnlib, TorchBasis, TorchByHand, TorchSeparable, Torchvision)


def race(task, rounds):
    """{contender: {"bending": seconds, "epoch": seconds, round by round}}, "missing" if it is."""
    made, results = [], {}
    for name, runner in at_the_start(CONTENDERS, task, "bent digits"):
        if isinstance(runner, ImportError):
            results[name] = {"missing": str(runner)}
            continue
        warm = int(runner.share * len(task.X)) // 10
        runner.bend(warm), runner.train(warm)
        made.append(runner)
        results[name] = {"bending": [], "epoch": []}
    for runner in in_turn(made, rounds):
        n = int(runner.share * len(task.X))
        for part, act in (("bending", runner.bend), ("epoch", runner.train)):
            began = process_time()
            act(n)
            results[runner.name][part].append((process_time() - began) / runner.share)
    return results


def fifteen(contender, task, test):
    """Seconds by the clock of fifteen epochs, and the share of the test images then misread."""
    say(f"  {EPOCHS} epochs: {contender.name}")
    runner, n = contender(task), len(task.X)
    began = perf_counter()
    for done in range(EPOCHS):
        runner.train(n, ETA * min(1, (EPOCHS - done) / (FALLING + 1)))
    seconds = perf_counter() - began
    X, Y = test
    wrong = np.mean(runner.classify(X) != Y.argmax(axis=1))
    return {"seconds": seconds, "wrong": float(wrong)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    keep_to_cores(1)
    data = load_data()
    task = Task(data)
    result = {"images": len(task.X), "race": race(task, rounds)}
    there = [c for c in (Nnlib, TorchByHand) if "epoch" in result["race"][c.name]]
    result["fifteen"] = {c.name: fifteen(c, task, data.test) for c in there}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
