// Small helpers only: pages work without JavaScript.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  navigator.clipboard?.writeText(button.dataset.copy).then(() => {
    const before = button.textContent;
    button.textContent = button.dataset.copied || "✓";
    setTimeout(() => { button.textContent = before; }, 1500);
  });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (!all) return;
  for (const box of document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
});
// How many are ticked; and "all" says what is true.
document.addEventListener("change", () => {
  for (const told of document.querySelectorAll("[data-chosen]")) {
    const boxes = [...document.querySelectorAll(`input[name="${told.dataset.chosen}"]`)];
    const ticked = boxes.filter((box) => box.checked).length;
    told.textContent = ticked ? `${ticked} / ${boxes.length}` : "";
    const all = document.querySelector(`[data-check-all="${told.dataset.chosen}"]`);
    if (!all) continue;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
});
// A page that looks again every few seconds changes only when there is something new: what is read, focused, opened or
// being filled in stays as it is, and screen readers are not told the same again.
function content(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  for (const token of box.content.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
  for (const opened of box.content.querySelectorAll("details[open]")) opened.removeAttribute("open");
  return box.innerHTML.trim();
}
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  const isFilledIn = target.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
  if (isFilledIn || content(xhr.responseText) === content(target.innerHTML)) event.detail.shouldSwap = false;
});
