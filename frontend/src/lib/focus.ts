/** Focus is never lost: where the focused element goes away, its nearest surviving parent takes it. */

const STATES = ["disabled", "hidden", "inert"];

/** Watch over the focus within an element from now on; what is returned ends it. */
export function keepFocus(root: HTMLElement): () => void {
  let line: Element[] = [];

  /** Remember the focused element and everything it stands in. */
  function remember(event: FocusEvent): void {
    line = [];
    let each = event.target instanceof Element ? event.target : null;
    for (; each && each !== root; each = each.parentElement) line.push(each);
  }

  function recover(): void {
    const here = document.activeElement;
    if (line.length === 0 || (here && here !== document.body)) return;
    const [last, ...parents] = line;
    if (last && takesFocus(last)) {
      line = []; // It is still there: somebody left it, or the window.
      return;
    }
    const home = parents.find(takesFocus) ?? document.getElementById("alert");
    if (!(home instanceof HTMLElement)) return;
    if (!home.hasAttribute("tabindex")) home.tabIndex = -1;
    home.focus({ preventScroll: true });
  }

  root.addEventListener("focusin", remember);
  const observer = new MutationObserver(recover);
  observer.observe(root, { childList: true, subtree: true, attributeFilter: STATES });
  return () => {
    observer.disconnect();
    root.removeEventListener("focusin", remember);
  };
}

function takesFocus(element: Element): boolean {
  if (!element.isConnected || element.closest("[hidden], [inert]")) return false;
  return !(element instanceof HTMLButtonElement && element.disabled);
}
