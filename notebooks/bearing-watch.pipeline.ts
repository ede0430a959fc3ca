import { count, int64, lake, list, mean, mqtt, pipeline, publish, rms, schema, timestampMs, tumbling, utf8, welchPeak } from 'littoral';

const Vibration = schema({ device: utf8(), tMs: timestampMs(), seq: int64(), x: list('float64', { unit: 'm/s²' }) });

/** The pipeline of the lessons as a file: `npx littoral plan notebooks/bearing-watch.pipeline.ts`. */
export default pipeline('bearing-watch')
  .from(mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500 }))
  .keyBy('device')
  .window(tumbling({ sizeMs: 1_000 }))
  .aggregate({ n: count(), mean: mean('x'), rms: rms('x'), peakHz: welchPeak('x', { sampleHz: 1_000 }) })
  .predict('bearing.onnx', { inputs: { features: ['rms', 'peakHz'] }, outputs: { score: 'score' } })
  .branch(rows => rows.to(lake('vibration', { partitionBy: ['day', 'device'] })))
  .filter(r => r.n === 10 && r.score > 0.8)
  .to(publish('alerts/{device}'));
