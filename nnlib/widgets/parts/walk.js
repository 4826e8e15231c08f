// Nothing to see: in the board around it keys press buttons, and what a line shares with the line
// before glides to its new place.

export default {
  render({ model, el }) {
    const board = () => el.closest("." + model.get("board"));
    const button = name => board().querySelector("." + name);
    const leaving = new AbortController(), signal = leaving.signal;

    window.addEventListener("keydown", event => { // on the window, before Lab's shortcuts
      const name = model.get("buttons")[event.key];
      const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
      const ours = board()?.contains(event.target) && !event.target.matches("input, select");
      if (!name || modified || !ours) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      button(name).click();
    }, { capture: true, signal });
    window.addEventListener("click", event => { // a click beside the buttons: the keys are ours
      if (board()?.contains(event.target) && !event.target.closest("button, input, select"))
        setTimeout(() => button(model.get("buttons").ArrowRight).focus({ preventScroll: true }));
    }, { signal });

    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const parts = ([number, k]) =>
      [...board()?.querySelectorAll(`.d${number} .l${k} mjx-math [class*=mjx-part]`) ?? []];
    const name = part => part.className.match(/mjx-part-\d+/)[0];
    const glide = () => requestAnimationFrame(() => {
      const [number, k] = model.get("place"), before = parts([number, k - 1]);
      for (const part of still.matches ? [] : parts([number, k])) {
        const same = before.findIndex(one => name(one) === name(part));
        if (same < 0) continue;
        const [from, to] = [before.splice(same, 1)[0], part].map(one => one.getBoundingClientRect());
        const moved = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
        const transform = [`${moved} scale(${from.height / to.height})`, "none"];
        part.animate({ transform, transformOrigin: "0 0" }, { duration: 700, easing: "ease-in-out" });
      }
    });
    model.on("change:place", glide);
    return () => { leaving.abort(); model.off("change:place", glide); };
  },
};
