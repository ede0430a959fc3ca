const CANDIDATES_MAX = 1000;
const NAME_LENGTH_MAX = 64;

/** ` Did you mean "x"?` when one of `candidates` is close to `name`, otherwise the empty text. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const best = nearestName(name, candidates);
  return best === null ? '' : ` Did you mean "${best}"?`;
}

/** The candidate with the smallest edit distance to `name`, if that is at most a third of its length; ties: the first. */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  if (name.length > NAME_LENGTH_MAX) return null;
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates.slice(0, CANDIDATES_MAX)) {
    if (candidate.length > NAME_LENGTH_MAX) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Edit distance with neighbouring letters swapped counted as one edit (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) distance = Math.min(distance, (beforePrevious[j - 2] ?? 0) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** `"a", "b", "c"`; long lists are cut and say so. */
export function quotedNames(names: readonly string[], namesMax = 20): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, namesMax).map(name => `"${name}"`).join(', ');
  return names.length > namesMax ? `${shown} and ${names.length - namesMax} more` : shown;
}
