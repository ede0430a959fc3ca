import { verifyBundle } from '../../../engine/bundle/verify-bundle';
import type { Random } from '../../oracle/random';
import { crypto } from '../../engine/bundle/make-bundle';
import type { Subject } from './subject';

export interface Flips {
  /** Reason → how many. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

/** Changes one byte, or some, of the good bundle at random places, `count` times; every result must be refused. */
export async function flipBytes(subject: Subject, count: number, random: Random, log: (line: string) => void): Promise<Flips> {
  const { good, trust, context } = subject;
  const reasons: Record<string, number> = {};
  const findings: string[] = [];
  for (let index = 0; index < count; index++) {
    const bytes = good.bytes.slice();
    const places = Array.from({ length: random.chance(0.8) ? 1 : random.int(2, 8) }, () => random.int(0, bytes.length - 1));
    for (const place of new Set(places)) bytes[place] = (bytes[place] ?? 0) ^ random.int(1, 255);
    const verdict = await verifyBundle(bytes, trust, context, crypto);
    if (verdict.ok) findings.push(`Bytes ${places.join(', ')} of ${bytes.length} were changed (flip ${index}), and the bundle is accepted.`);
    else reasons[verdict.reason] = (reasons[verdict.reason] ?? 0) + 1;
    if (index % 10_000 === 9_999) log(`${index + 1} flips`);
  }
  return { reasons, findings };
}
