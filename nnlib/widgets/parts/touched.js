// A picture that says where it is clicked and which arrow key is pressed on it.

const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];
export default {
    render({model, el}) {
        const image = document.createElement("img");
        Object.assign(image, {tabIndex: 0, draggable: false});
        image.style.cssText = "width: 100%; display: block; cursor: pointer";
        image.setAttribute("role", "application");
        el.dataset.lmSuppressShortcuts = "true";  // the arrows are ours, not the notebook's
        el.append(image);
        const draw = () => {
            const before = image.src;
            image.src = URL.createObjectURL(
                new Blob([model.get("value")], {type: "image/png"}));
            URL.revokeObjectURL(before);
        };
        const say = () => image.setAttribute("aria-label", model.get("description"));
        model.on("change:value", draw);
        model.on("change:description", say);
        image.addEventListener("pointerdown", (event) => {
            const box = image.getBoundingClientRect();
            const x = (event.clientX - box.left) / box.width;
            model.send({x, y: (event.clientY - box.top) / box.height});
        });
        image.addEventListener("keydown", (event) => {
            if (!KEYS.includes(event.key)) return;
            event.preventDefault();
            model.send({key: event.key});
        });
        draw();
        say();
        return () => URL.revokeObjectURL(image.src);
    },
};
