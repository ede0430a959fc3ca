import { topicMatches } from '../../engine/graph/topic-filter';
import { recordingInputs } from './recording-file';

/** The first `max` payloads of a recording whose topic matches `filter`. */
export async function samplePayloads(path: string, filter: string, max: number): Promise<readonly Uint8Array[]> {
  const payloads: Uint8Array[] = [];
  for await (const inputs of recordingInputs(path)) {
    for (const input of inputs) {
      if (input.kind !== 'message' || !topicMatches(filter, input.topic)) continue;
      payloads.push(input.payload);
      if (payloads.length >= max) return payloads;
    }
  }
  return payloads;
}
