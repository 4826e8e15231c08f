// A sheet to draw a digit on: a hand moves faster than a kernel answers.

export default {
  render({ model, el }) {
    const SENT = model.get("sent");  // pixels a side of what the kernel gets
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 280;
    canvas.className = "nnlib-pad";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "a sheet to draw a digit on with mouse, pen or finger");
    canvas.style.cssText =
      "width: 280px; height: 280px; border: 2px solid #0072B2; " +
      "touch-action: none; cursor: crosshair";
    el.append(canvas);
    const ink = canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(ink, { lineWidth: 22, lineCap: "round", lineJoin: "round" });
    const small = new OffscreenCanvas(SENT, SENT).getContext("2d", { willReadFrequently: true });
    let last = null, waiting = null;

    function dye() { // in the page's colour, and never paler: how opaque the ink is, is sent
      const [red, green, blue] = getComputedStyle(el).color.match(/[\d.]+/g) ?? [0, 0, 0];
      ink.fillStyle = ink.strokeStyle = `rgb(${red}, ${green}, ${blue})`;
      ink.globalCompositeOperation = "source-in";
      ink.fillRect(0, 0, 280, 280);
      ink.globalCompositeOperation = "source-over";
    }
    const dyeing = setInterval(dye, 500); // nobody tells of another theme

    function send() {
      waiting = null;
      small.clearRect(0, 0, SENT, SENT);
      small.drawImage(canvas, 0, 0, SENT, SENT);
      const alpha = small.getImageData(0, 0, SENT, SENT).data.filter((_, i) => i % 4 === 3);
      model.send({ kind: "drawing" }, undefined, [alpha.buffer]);
    }
    function place(event) {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * 280 / box.width,
              (event.clientY - box.top) * 280 / box.height];
    }
    function line(to) {
      ink.beginPath(); ink.moveTo(...last); ink.lineTo(...to); ink.stroke();
      last = to; waiting ??= setTimeout(send, 60);
    }
    canvas.addEventListener("pointerdown", event => {
      if (model.get("sheet").byteLength) { // a drawing begins on an empty sheet
        model.set("sheet", new DataView(new ArrayBuffer(0)));
        model.save_changes();
      }
      canvas.setPointerCapture(event.pointerId); last = place(event); line(last);
    });
    canvas.addEventListener("pointermove", event => { if (last) line(place(event)); });
    for (const end of ["pointerup", "pointercancel"])
      canvas.addEventListener(end, () => { last = null; });

    // the kernel lays down a sheet: empty, or a digit of 28 x 28 pixels
    function lay() {
      ink.clearRect(0, 0, 280, 280);
      const { buffer, byteOffset, byteLength } = model.get("sheet");
      const pixels = new Uint8Array(buffer, byteOffset, byteLength);
      pixels.forEach((grey, i) => {
        ink.globalAlpha = grey / 255;
        ink.fillRect(10 * (i % 28), 10 * Math.floor(i / 28), 10, 10);
      });
      ink.globalAlpha = 1;
      dye();
    }
    model.on("change:sheet", lay);
    lay();
    return () => { clearInterval(dyeing); clearTimeout(waiting); };
  }
};
