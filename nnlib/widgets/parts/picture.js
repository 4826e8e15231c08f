// A picture that knows where it is. Python draws it; the page shows it, and tells what it feels.
// To Python    seen {width, ratio, paper}     at first, and after each change
//              down, move, up, point {handle, x, y}  fractions of the picture, which is handle -1
//              key {handle, key, shift}; shown
// From Python  frame {whole: [w, h] or null, box, labels, handles}, with the whole picture, deflated,
//              or runs of what changed: begins, ends, colours; done: the last message is dealt with

const ENDED = "The kernel has ended: run this cell again.";
const SANS = '"DejaVu Sans", Verdana, sans-serif';
const FONT = { monospace: '"DejaVu Sans Mono", Menlo, Consolas, monospace' };
const LABEL = "position: absolute; white-space: pre; pointer-events: none;";
const HANDLE = // without touch-action a finger scrolls, and the browser takes the pointer back
  "position: absolute; width: 32px; height: 32px; margin: -16px; border-radius: 50%; cursor: grab; touch-action: none;";
const AREA = HANDLE + "margin: 0; border-radius: 0; cursor: crosshair; transform: translate(-50%, -50%);";
function paperBehind(element) { // the first opaque colour: so it is right outside Lab, too
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor.match(/[\d.]+/g)?.map(Number);
    if (colour && (colour[3] ?? 1) === 1) return colour.slice(0, 3);
  }
  return [255, 255, 255];
}
const inflated = bytes =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer();

function render({ model, el }) {
  const box = el.appendChild(document.createElement("div"));
  const canvas = box.appendChild(document.createElement("canvas"));
  const ink = canvas.getContext("2d"), handles = [], labels = [], waiting = [];
  const leaving = new AbortController(), signal = leaving.signal;
  let image = null, seen = "", sent = -Infinity, held = null, order = Promise.resolve();
  el.style.cssText = "min-width: 0; flex: 1 1 0%"; // the picture takes the room there is, and
  box.style.cssText = // makes none: else two views widen each other for ever
    `position: relative; width: 100%; max-width: 1000px; overflow: hidden;` +
    "contain: inline-size";
  box.dataset.lmSuppressShortcuts = true; // the keys are ours, not Lab's
  Object.assign(canvas, { role: "img", ariaLabel: model.get("alt"), style: "display: block; max-width: 100%" });

  function look() {
    if (!box.clientWidth) return; // out of sight
    const here = { width: box.clientWidth, ratio: devicePixelRatio, paper: paperBehind(el) };
    if (JSON.stringify(here) !== seen) say({ kind: "seen", ...here });
    seen = JSON.stringify(here);
  }
  const sizes = new ResizeObserver(look);
  const looking = setInterval(look, 500); // nobody tells of another theme or pixel ratio
  sizes.observe(box);

  // what Python draws, one after the other
  async function show(frame, bytes) {
    const { buffer, byteOffset: from, byteLength: length } = bytes;
    const data = frame.whole ? await inflated(bytes) : buffer.slice(from, from + length);
    if (frame.whole) {
      image = new ImageData(new Uint8ClampedArray(data), ...frame.whole);
      [canvas.width, canvas.height] = frame.whole;
      canvas.style.width = `${canvas.width / devicePixelRatio}px`;
    } else if (image) { // else another view's: this one has asked for all of it
      const runs = new Uint32Array(data), third = runs.length / 3;
      const pixels = new Uint32Array(image.data.buffer);
      for (let i = 0; i < third; i++) pixels.fill(runs[2 * third + i], runs[i], runs[third + i]);
    } else return;
    ink.putImageData(image, 0, 0, ...frame.box);
    put(frame.labels, labels, write);
    put(frame.handles, handles, place);
    canvas.dispatchEvent(new Event("load"));
    requestAnimationFrame(() => signal.aborted || model.send({ kind: "shown" }));
  }
  function put(wanted, list, how) {
    wanted.forEach((what, i) => how(what, list[i] ??= box.appendChild(document.createElement("div")), i));
    list.splice(wanted.length).forEach(element => element.remove());
  }
  function dress(element, css) { // what stays as it is costs the page nothing
    if (element.css !== css) element.style.cssText = element.css = css;
  }
  const at = ({ x, y }) => `left: ${100 * x}%; top: ${100 * y}%;`; // true while the page narrows, too
  function write(label, element) {
    dress(element, LABEL + at(label) + `color: ${label.colour}; text-align: ${label.align};` +
      `font: ${label.weight} ${label.size}px/${label.line} ${FONT[label.family] ?? SANS};` +
      `transform: translate(${-100 * label.right}%, ${-100 * label.up}%); background: ${label.paper}`);
    if (element.textContent !== label.text) element.textContent = label.text;
  }
  function place(handle, element, number) { // real elements, with focus, a name and a value
    if (!element.role) feel(element, number, handle.role);
    dress(element, at(handle) + (handle.area ? AREA + handle.area : HANDLE));
    element.role = handle.role;
    for (const [key, words] of Object.entries(handle.aria))
      if (element.getAttribute(`aria-${key}`) !== `${words}`) element.setAttribute(`aria-${key}`, words);
  }
  function hear(content, buffers) {
    order = order.then(() => buffers[0] ? show(content, buffers[0]) : pass(sent = -Infinity)).catch(console.error);
  }

  // one message on its way at a time; of many moves, and of many sizes, the last one counts
  function say(message) {
    if (/move|point|seen/.test(message.kind) && waiting.at(-1)?.kind === message.kind) waiting.pop();
    pass(waiting.push(message));
  }
  function pass() {
    if (signal.aborted || !waiting.length) return;
    if (performance.now() - sent < 2000) return; // an answer may be lost
    sent = performance.now();
    model.send(waiting.shift());
  }

  // hands and keys
  function feel(element, handle, role) {
    Object.assign(element, { tabIndex: 0, role });
    const on = (name, act) => element.addEventListener(name, act, { signal });
    const touch = (kind, { clientX, clientY }) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      say({ kind, handle, x: (clientX - left) / width, y: (clientY - top) / height });
    };
    const off = (one, { clientX, clientY }, { left, top, width, height } = one.getBoundingClientRect()) =>
      Math.hypot(left + width / 2 - clientX, top + height / 2 - clientY);
    on("pointerdown", event => {
      if (event.button || held !== null) return;
      const alike = handles.filter(one => role === "slider" && one.role === role); // they may overlap
      const to = alike.reduce((best, one) => off(one, event) < off(best, event) ? one : best, element);
      if (to !== element) return to.dispatchEvent(new PointerEvent("pointerdown", event));
      setTimeout(() => element.focus({ preventScroll: true }));
      element.setPointerCapture(held = event.pointerId);
      touch("down", event);
    });
    const hears = event => held === null ? model.get("pointing") : event.pointerId === held;
    on("pointermove", event => { if (hears(event)) touch(held === null ? "point" : "move", event); });
    on("lostpointercapture", event => { held = null; touch("up", event); });
    on("keydown", event => {
      if (event.ctrlKey || event.altKey || !/^(Arrow|Page|Home|End|Enter|Delete|Backspace| )/.test(event.key)) return;
      event.preventDefault();
      say({ kind: "key", handle, key: event.key, shift: event.shiftKey });
    });
  }
  if (model.get("surface")) feel(canvas, -1, "application");

  const ended = () => { // the kernel is gone, and what the board says with it
    Object.assign(box, { inert: true }).style.opacity = 0.5;
    const told = el.closest(".nnlib-board")?.querySelectorAll("[role=status]") ?? [];
    for (const sentence of told) sentence.textContent = ENDED;
  };
  model.on("msg:custom", hear);
  model.on("comm_live_update", ended);
  return () => {
    leaving.abort();
    sizes.disconnect();
    clearInterval(looking);
    model.off("msg:custom", hear);
    model.off("comm_live_update", ended);
  };
}
export default { render };
