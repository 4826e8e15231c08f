// Nothing to see: in the board around it the handles of sliders and the buttons of Play, which
// ipywidgets leaves without a name, tell a screen reader what is written beside them.

const NAMED = { subtree: true, childList: true, attributeFilter: ["aria-valuetext"] };
function name(part) { // a slider would say the number of its step
  const read = what => part.closest(".widget-slider, .widget-play").querySelector(what)?.textContent;
  const label = read(".widget-label") ?? part.firstChild.className.replace("fa fa-", "");
  const value = (read(".widget-readout") || label).replaceAll("-", "−");
  const valuetext = value.split(" – ")[part.dataset.handle] ?? value; // a range has two handles
  if (part.role === "slider") part.dataset.lmSuppressShortcuts = true; // some Labs keep the arrow keys
  for (const [key, words] of Object.entries(part.role === "slider" ? { label, valuetext } : { label }))
    if (part.getAttribute(`aria-${key}`) !== words) part.setAttribute(`aria-${key}`, words);
}

export default {
  render({ el }) {
    el.style.margin = 0;
    const board = () => el.closest(".nnlib-board");
    const nameAll = () => board()?.querySelectorAll(".widget-play button, .noUi-handle").forEach(name);
    const names = new MutationObserver(nameAll);
    const place = new ResizeObserver(() => { names.observe(board() ?? el, NAMED); nameAll(); });
    place.observe(el); // tells when there is a board around it
    return () => { for (const one of [names, place]) one.disconnect(); };
  },
};
