import { Sha256 } from '../codec/sha256';
import { encodeUtf8 } from '../codec/utf8';
import { canonicalJson } from '../plan/canonical-json';
import type { Plan } from '../plan/plan';

/** SHA-256 of the nodes of `plan` as canonical JSON: whatever the order of its fields and the text that it came from. */
export function planHash(plan: Plan): string {
  return new Sha256().update(encodeUtf8(canonicalJson(plan.nodes))).hex();
}
