/** Small menus that open from a button: closed by Escape, by a choice, and by a click elsewhere. */

let close = () => {};

const CHOICE = '[role^="menuitem"]';
const choices = (menu) => [...menu.querySelectorAll(CHOICE)].filter((one) => one.offsetParent);

/** Make `button` open and close `menu`; `prepare()` may fill it first. */
export function attachMenu(button, menu, prepare = () => {}) {
  button.addEventListener("click", () => {
    if (!menu.hidden) return close();
    prepare();
    openMenu(button, menu);
    choices(menu)[0]?.focus();
  });
  menu.addEventListener("click", (event) => {
    if (event.target.closest(CHOICE)) close();
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = choices(menu);
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
}

/** Open a menu without moving the focus. */
export function openMenu(button, menu) {
  close();
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  const outside = (event) => {
    const escape = event.type === "keydown" && event.key === "Escape";
    const elsewhere = event.type === "pointerdown" && !menu.contains(event.target) && !button.contains(event.target);
    if (!escape && !elsewhere) return;
    const inside = menu.contains(document.activeElement);
    close();
    if (escape && inside) button.focus();
  };
  document.addEventListener("pointerdown", outside);
  document.addEventListener("keydown", outside);
  close = () => {
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    document.removeEventListener("keydown", outside);
    close = () => {};
  };
}

/** Close whatever menu is open. */
export function closeMenu() {
  close();
}
