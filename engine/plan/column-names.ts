import { columnForm } from './forms';
import { ObjectReader, refuseDuplicates } from './json-reader';
import { PLAN_LIMITS } from './limits';

/** The column name in field `name`. */
export function columnName(reader: ObjectReader, name: string): string {
  return reader.text(name, PLAN_LIMITS.columnNameLengthMax, columnForm);
}

/** The list of `min` to `max` different column names in field `name`. */
export function columnNames(reader: ObjectReader, name: string, min: number, max: number): readonly string[] {
  const names = reader.list(name, min, max, (item, path) => {
    const holder = new ObjectReader({ name: item }, path);
    return holder.text('name', PLAN_LIMITS.columnNameLengthMax, columnForm);
  });
  refuseDuplicates(names, reader.at(name), 'column');
  return names;
}
