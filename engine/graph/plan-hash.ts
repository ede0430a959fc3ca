import { Sha256 } from '../codec/sha256';
import { encodeUtf8 } from '../codec/utf8';
import type { Plan } from '../plan/plan';

/** SHA-256 of the nodes of `plan`, whatever the order of the fields in its JSON. */
export function planHash(plan: Plan): string {
  return new Sha256().update(encodeUtf8(JSON.stringify(sorted(plan.nodes)))).hex();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
