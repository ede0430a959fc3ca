import { readFileSync } from 'node:fs';

/** The cases of `test/golden/flink/<file>`. */
export function flinkCases<Case>(file: string): readonly Case[] {
  return JSON.parse(readFileSync(new URL(`../../../golden/flink/${file}`, import.meta.url), 'utf8')) as Case[];
}
