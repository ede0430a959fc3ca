import { describe, expect, it } from 'vitest';
import { sourceCell, typeNameOf } from '../../../extension/streams/source-cell';
import type { InferredSchema } from '../../../worker/protocol';

const inferred: InferredSchema = {
  schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'x', type: { list: 'float64', size: 100 }, nullable: true }] },
  samples: 3,
  columns: [],
  eventTime: 'tMs',
  errors: []
};

describe('source cell', () => {
  it('declares the schema and a source with its event time', () => {
    const cell = sourceCell({ connection: 'plant', topic: 'plant/+/vibration', inferred });
    expect(cell).toContain('const Vibration = schema({');
    expect(cell).toContain("x: list('float64', { size: 100, nullable: true })");
    expect(cell).toContain("import { list, mqtt, schema, timestampMs, utf8 } from 'littoral';");
    expect(cell).toContain("const vibrationSource = mqtt('plant/+/vibration', {");
    expect(cell).toContain("eventTime: 'tMs'");
  });

  it('takes the selected topic and says what would take all of its kind', () => {
    const cell = sourceCell({ connection: 'plant', topic: 'plant/b3/vibration', inferred });
    expect(cell).toContain("mqtt('plant/b3/vibration', {");
    expect(cell).toContain("// 'plant/+/vibration' takes all of its kind.");
  });

  it('quotes what a broker may contain', () => {
    expect(sourceCell({ connection: "o'brien", topic: "a/'/b", inferred })).toContain("connection: 'o\\'brien'");
  });

  it.each([
    ['plant/+/vibration', 'Vibration'],
    ['line1/oil-temperature', 'OilTemperature'],
    ['+/#', 'Source'],
    ['a/1x', 'Source']
  ])('names the type of %s %s', (topic, name) => expect(typeNameOf(topic)).toBe(name));
});
