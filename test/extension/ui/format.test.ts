import { describe, expect, it } from 'vitest';
import { formatBytes, formatClock, formatCount, formatDuration, formatNumber, formatRate, formatShare, formatUtc, formatValue, plural } from '../../../extension/ui/format';

const plain = (text: string): string => text.replace(/\u202f/g, ' ');

describe('formatting', () => {
  it.each([
    [0, '0'],
    [812, '812'],
    [1_204, '1204'],
    [15_402, '15 402'],
    [-1_000_000, '−1 000 000'],
    [NaN, '–']
  ])('counts %d as "%s"', (value, words) => expect(plain(formatCount(value))).toBe(words));

  it.each([
    [0.01, '0/s'],
    [80.12, '80.1/s'],
    [12_345.6, '12 346/s']
  ])('says the rate %d as "%s"', (value, words) => expect(plain(formatRate(value))).toBe(words));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_024, '1.0 kB'],
    [999_960, '1.0 MB'],
    [3_100_000, '3.1 MB']
  ])('says %d bytes as "%s"', (value, words) => expect(plain(formatBytes(value))).toBe(words));

  it.each([
    [4.24, '4.2 ms'],
    [11.3, '11 ms'],
    [1_500, '1.5 s'],
    [60_000, '1 min'],
    [192_000, '3 min 12 s'],
    [59_970, '1 min'],
    [7_500_000, '2 h 5 min'],
    [-1_500, '−1.5 s']
  ])('says %d ms as "%s"', (value, words) => expect(plain(formatDuration(value))).toBe(words));

  it('shows a running clock', () => {
    expect(formatClock(192_999)).toBe('00:03:12');
    expect(formatClock(-5)).toBe('00:00:00');
  });

  it('says UTC where it shows UTC, and nothing for a time outside the calendar', () => {
    expect(formatUtc(Date.UTC(2026, 10, 22, 8, 10, 30, 250))).toBe('2026-11-22 08:10:30.250 UTC');
    expect(formatUtc(1e20)).toBe('–');
  });

  it.each([
    [0, '0 %'],
    [0.0002, '< 0.1 %'],
    [0.125, '12.5 %']
  ])('says the share %d as "%s"', (value, words) => expect(plain(formatShare(value))).toBe(words));

  it.each([
    [0.1 + 0.2, '0.3'],
    [-12.5, '−12.5'],
    [1.23456789e-7, '1.235e−7'],
    [Infinity, '∞'],
    [NaN, 'NaN']
  ])('prints the number %d as "%s"', (value, words) => expect(formatNumber(value)).toBe(words));

  it('prints any cell value on one line and cuts long ones', () => {
    expect(formatValue(null)).toBe('–');
    expect(formatValue({ a: 1n })).toBe('{"a":"1"}');
    expect(formatValue('x'.repeat(200), 10)).toBe('xxxxxxxxx…');
    expect(formatValue(new Uint8Array(3))).toBe('3 bytes');
  });

  it('puts one and many apart', () => {
    expect(plain(plural(1, 'message'))).toBe('1 message');
    expect(plain(plural(0, 'message'))).toBe('0 messages');
  });
});
