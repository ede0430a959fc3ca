import { describe, expect, it } from 'vitest';
import { Bearing, severityAt } from '../../../edge/plant/bearing';
import { Line } from '../../../edge/plant/line';
import { Plant, type PlantMessage } from '../../../edge/plant/plant';

const start = 1_700_000_000_000;
const run = (seconds: number, stepMs: number, seed = 7): PlantMessage[] => {
  const plant = new Plant({ seed, startMs: start });
  const messages: PlantMessage[] = [];
  for (let t = stepMs; t <= seconds * 1_000; t += stepMs) messages.push(...plant.advance(start + t));
  return messages;
};
const rmsOf = (x: number[]): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);

describe('the simulated plant', () => {
  it('gives the same messages for the same seed, whatever the steps of the clock', () => {
    expect(run(20, 1_000)).toEqual(run(20, 20));
  });

  it('gives other signals for another seed', () => {
    expect(run(1, 100, 7)).not.toEqual(run(1, 100, 8));
  });

  it('sends ten vibration blocks of 100 samples per second and device', () => {
    const blocks = run(10, 100).filter(m => m.topic === 'plant/b1/vibration');
    expect(blocks.length).toBeGreaterThanOrEqual(98);
    expect(blocks.length).toBeLessThanOrEqual(101);
    expect((JSON.parse(blocks[0]!.payload) as { x: number[] }).x).toHaveLength(100);
  });

  it('never lets a message arrive before its own time, except from the gauge with the wrong clock', () => {
    for (const message of run(30, 100)) {
      const { tMs } = JSON.parse(message.payload) as { tMs: number };
      if (message.topic === 'plant/line2/pressure') expect(tMs - message.arrivalTimeMs).toBeGreaterThan(3_000_000);
      else expect(tMs).toBeLessThanOrEqual(message.arrivalTimeMs);
    }
  });

  it('has missing values, disorder and late records in the slow sensors', () => {
    const slow = run(300, 500).filter(m => /rpm$/.test(m.topic)).map(m => ({ ...(JSON.parse(m.payload) as { tMs: number; rpm: number | null }), arrival: m.arrivalTimeMs }));
    expect(slow.some(m => m.rpm === null)).toBe(true);
    expect(slow.some((m, i) => i > 0 && m.tMs < slow[i - 1]!.tMs)).toBe(true);
    expect(slow.some(m => m.arrival - m.tMs > 5_000)).toBe(true);
  });

  it('retains the state of a line and sends it on change only', () => {
    const states = run(300, 500).filter(m => m.topic === 'plant/line1/state');
    expect(states.every(m => m.retain)).toBe(true);
    const words = states.map(m => (JSON.parse(m.payload) as { state: string }).state);
    expect(words.length).toBeGreaterThan(1);
    expect(words.every((word, i) => i === 0 || word !== words[i - 1])).toBe(true);
  });
});

describe('a bearing', () => {
  const wear = { healthyMs: 1_000, growthMs: 10_000, wornMs: 60_000, phaseMs: 0 };

  it('wears from 0 to 1 and starts anew', () => {
    expect(severityAt(wear, 500)).toBe(0);
    expect(severityAt(wear, 6_000)).toBeGreaterThan(0.05);
    expect(severityAt(wear, 6_000)).toBeLessThan(0.5);
    expect(severityAt(wear, 11_000)).toBe(1);
    expect(severityAt(wear, 71_500)).toBe(0);
    expect(severityAt(null, 1e9)).toBe(0);
  });

  it('vibrates more when it is worn', () => {
    const bearing = new Bearing(3, wear);
    const first = rmsOf(Array.from({ length: 10 }, () => bearing.nextBlock().samples).flat());
    for (let i = 0; i < 110; i++) bearing.nextBlock();
    const worn = rmsOf(Array.from({ length: 10 }, () => bearing.nextBlock().samples).flat());
    expect(worn).toBeGreaterThan(1.5 * first);
  });
});

describe('a line', () => {
  it('heats towards its target by the first-order model and never beyond', () => {
    const line = new Line(5);
    for (let i = 0; i < 20_000; i++) {
      const state = line.step(100);
      expect(state.celsius).toBeGreaterThan(21.9);
      expect(state.celsius).toBeLessThan(95);
    }
  });
});
