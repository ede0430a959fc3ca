/** `edge/host/evidence` without the replay, which is not the agent's durable path. */
import { runnableOf } from '../../../edge/host/evidence';

export { runnableOf };

export function repeatEvidence(): Promise<{ readonly ok: true; readonly rows: number }> {
  return Promise.resolve({ ok: true, rows: 0 });
}
