// @ts-check

/**
 * At most one broadcast in a window: the first change at once, then one at the end
 * of each window in which anything changed, so that the last is always the truth.
 *
 * @param {number} ms How long a window is. 0: every change is broadcast.
 * @param {() => void} broadcast Sends what is true now to everyone.
 * @returns {() => boolean} To be told of a change. False: it is told later.
 */
export function windowed(ms, broadcast) {
  if (ms === 0) {
    return () => {
      broadcast();
      return true;
    };
  }

  let isOpen = false;
  let isDue = false;

  function open() {
    isOpen = true;
    isDue = false;
    setTimeout(end, ms);
    broadcast();
  }

  function end() {
    isOpen = false;
    if (isDue) open();
  }

  return () => {
    isDue = isOpen;
    if (!isOpen) open();
    return !isDue;
  };
}
