// What a page must have for people who read it with other means than a mouse and a large screen; returns what it lacks.
() => {
  const lacks = [];
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== "hidden";
  };
  if (!document.documentElement.lang) lacks.push("language");
  for (const landmark of ["main", "header", "footer"])
    if (document.querySelectorAll(`body > ${landmark}`).length !== 1) lacks.push(`one ${landmark}`);
  if (!document.querySelector("a.skip[href='#content']")) lacks.push("skip link");

  let before = 0;
  const headings = [...document.querySelectorAll("h1, h2, h3, h4")].filter(shown);
  if (headings.filter((heading) => heading.tagName === "H1").length !== 1) lacks.push("one h1");
  for (const heading of headings) {
    const level = Number(heading.tagName[1]);
    if (level > before + 1) lacks.push(`heading of level ${before + 1} before "${heading.textContent.trim()}"`);
    before = level;
  }

  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!field.getAttribute("aria-label") && !field.labels?.length) lacks.push(`label of ${field.id || field.name}`);
    for (const id of (field.getAttribute("aria-describedby") || "").split(" "))
      if (id && !document.getElementById(id)) lacks.push(`description ${id}`);
  }
  for (const set of document.querySelectorAll("fieldset")) if (!set.querySelector("legend")) lacks.push("legend");
  for (const control of document.querySelectorAll("button, a[href], summary"))
    if (!control.textContent.trim() && !control.getAttribute("aria-label")) lacks.push(`name of ${control.outerHTML}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) lacks.push(`one ${id}`);

  if (document.documentElement.scrollWidth > innerWidth + 1)
    lacks.push(`room: the page is ${document.documentElement.scrollWidth} wide on a screen of ${innerWidth}`);

  // What is pushed aside with a finger must be reached with the arrow keys, and have a name for who lands there.
  for (const box of document.querySelectorAll("body *")) {
    const moves = ["auto", "scroll"].includes(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth + 1;
    if (!moves || !shown(box) || box.matches("textarea, input, select")) continue;
    if (box.tabIndex < 0 || !box.getAttribute("aria-label")) lacks.push(`keyboard of ${box.outerHTML.slice(0, 80)}`);
  }

  // WCAG 2.2, 1.4.3: 4.5 to 1, large text 3 to 1.
  const numbers = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const [red, green, blue] = numbers(colour).slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0.99) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !shown(element) || element.closest("svg, .hidden-text")) continue;
    const style = getComputedStyle(element);
    const [low, high] = [light(style.color), light(ground(element))].sort((one, other) => one - other);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if ((high + 0.05) / (low + 0.05) < needed) lacks.push(`contrast of "${element.textContent.trim().slice(0, 30)}"`);
  }
  return lacks;
}
