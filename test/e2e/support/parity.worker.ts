import { createGraph } from '../../../engine/graph/create-graph';
import type { Infer } from '../../../engine/graph/drive';
import { replay } from '../../../engine/graph/replay';
import type { Plan } from '../../../engine/plan/plan';
import { Sha256 } from '../../../engine/codec/sha256';

const noModels: Infer = request => Promise.resolve({ id: request.id, error: { code: 'INFERENCE_FAILED', message: 'no models here' } });

/** Rows-out text of a replay and the digest of a snapshot after every step: what must be equal in every host. */
export async function parityOf(plan: Plan, recording: Uint8Array, pieceBytes: number): Promise<{ readonly rowsText: string; readonly snapshots: readonly string[] }> {
  const graph = createGraph(plan);
  const snapshots: string[] = [];
  let rowsText = '';
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < recording.length; at += pieceBytes) pieces.push(recording.subarray(at, at + pieceBytes));
  await replay(graph, pieces, {
    infer: noModels,
    onRows: text => (rowsText += text),
    onStep: () => void snapshots.push(new Sha256().update(graph.snapshot()).hex())
  });
  return { rowsText, snapshots };
}

if (typeof document === 'undefined' && typeof self !== 'undefined') {
  const scope = self as unknown as Worker;
  scope.onmessage = (event: MessageEvent<{ plan: Plan; recording: Uint8Array; pieceBytes: number }>) => {
    const { plan, recording, pieceBytes } = event.data;
    parityOf(plan, recording, pieceBytes).then(
      result => scope.postMessage(result),
      (error: unknown) => scope.postMessage({ error: String(error) })
    );
  };
}
