/** Whether `text` is a version of three numbers, such as `1.4.0`. */
export function isVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+$/.test(text);
}

/** Whether version `a` (`1.4.0`) is older than `b`. What follows the three numbers is ignored. */
export function isOlder(a: string, b: string): boolean {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < 3; i++) if (left[i] !== right[i]) return left[i]! < right[i]!;
  return false;
}

function numbers(version: string): number[] {
  const parts = version.split(/[.+-]/).slice(0, 3).map(Number);
  return [0, 1, 2].map(i => parts[i] ?? 0);
}
