/** One line for a person; to standard error, so that what a command prints for a program stays clean. */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Milliseconds as a person says them: `0.4 s`, `36 s`, `4 min 13 s`. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Seconds known only from experience: `40 s`, `5 min`. */
export function roughly(seconds) {
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
