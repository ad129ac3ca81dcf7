/** What is dragged by a finger must not scroll the page: browsers heed no `touch-action` in drawings. */
export function ownsTouch(element: Element): { destroy: () => void } {
  const hold = (event: Event): void => {
    if (event.cancelable) event.preventDefault();
  };
  element.addEventListener("touchstart", hold, { passive: false });
  return { destroy: () => element.removeEventListener("touchstart", hold) };
}
