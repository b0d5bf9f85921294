/** Waits until the condition holds; fails after the limit with what was waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 3000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain for this: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
