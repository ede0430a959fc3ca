import { describe, expect, it } from 'vitest';
import { costWords, rowsWords, sqlName } from '../../../extension/lake/cost-words';
import { calendarDays, partitionsOf, smallFileWarning } from '../../../extension/lake/partitions';
import { partitionSql } from '../../../extension/lake/table-page';
import type { LakeFile } from '../../../worker/protocol';

const plain = (text: string): string => text.replace(/\u202f/g, ' ');
const file = (day: string | null, bytes = 10, rows: number | null = 5): LakeFile => ({ path: `t/day=${day}/${bytes}.parquet`, bytes, rows, partition: { day } });

describe('partitions', () => {
  it('groups files by their values and sums them', () => {
    const partitions = partitionsOf({ partitionColumns: ['day'], files: [file('2026-11-22'), file('2026-11-21'), file('2026-11-22', 20, null)] });
    expect(partitions.map(({ path, rows, bytes, files }) => [path, rows, bytes, files.length])).toEqual([
      ['day=2026-11-21', 5, 10, 1],
      ['day=2026-11-22', 5, 30, 2]
    ]);
  });

  it('has one group for a table without partitions', () => {
    expect(partitionsOf({ partitionColumns: [], files: [file('x'), file('y')] }).map(({ path, files }) => [path, files.length])).toEqual([['', 2]]);
  });

  it('places days week by week, Monday on top', () => {
    const days = calendarDays({ partitionColumns: ['day'], files: [file('2026-11-22'), file('2026-11-23'), file('2026-11-23'), file(null), file('not-a-day'), file('2026-13-01')] });
    expect(days.map(({ day, column, row, files }) => [day, column, row, files])).toEqual([
      ['2026-11-22', 0, 6, 1],
      ['2026-11-23', 1, 0, 2]
    ]);
  });

  it('warns about many small files only', () => {
    expect(smallFileWarning({ files: Array.from({ length: 12 }, () => file('d')) })).toEqual({ small: 12, total: 12 });
    expect(smallFileWarning({ files: [file('d'), file('d')] })).toBeNull();
    expect(smallFileWarning({ files: Array.from({ length: 12 }, () => file('d', 5_000_000)) })).toBeNull();
  });

  it('writes a partition as SQL, quoted', () => {
    expect(partitionSql("day=2026-11-22/device=o'b/line=null")).toBe(`WHERE "day" = '2026-11-22' AND "device" = 'o''b' AND "line" IS NULL`);
  });
});

describe('words of a query', () => {
  it('says what it cost', () => {
    expect(plain(costWords({ filesRead: 12, filesTotal: 480, bytesFetched: 3_100_000, milliseconds: 42 }))).toBe('12 of 480 files, 3.1 MB fetched, 42 ms');
    expect(plain(rowsWords({ rowCount: 10_000, truncated: true }))).toBe('the first 10 000 rows');
  });

  it('quotes table names where SQL needs it', () => {
    expect([sqlName('vibration'), sqlName('late rows'), sqlName('a"b')]).toEqual(['vibration', '"late rows"', '"a""b"']);
  });
});
