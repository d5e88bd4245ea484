// Moves the focus to a page that was just opened. A dialog that closes at that moment keeps the focus until it is gone, and then
// gives it back to what opened it; so this waits for both.

const FRAMES_MAX = 60;

/** Returns what gives up. */
export function focusPage(): () => void {
  let frame = 0;
  let left = FRAMES_MAX;
  const focus = () => {
    document.getElementById("main")?.focus({ preventScroll: true });
  };
  const wait = () => {
    left -= 1;
    if (left > 0 && document.querySelector(".scrim")) frame = requestAnimationFrame(wait);
    else frame = requestAnimationFrame(focus);
  };
  if (document.querySelector(".scrim")) wait();
  else focus();
  return () => {
    cancelAnimationFrame(frame);
  };
}
