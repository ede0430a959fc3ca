import type { DataType } from '../../schema/schema';
import { isList } from '../../schema/schema';
import { Int64Slots, NumberSlots } from './number-slots';
import { BinarySlots, ListSlots, TextSlots } from './object-slots';
import type { SlotValues } from './slots';

/** Empty slots for values of `type`. */
export function slotValues(type: DataType): SlotValues {
  if (isList(type)) return new ListSlots();
  if (type === 'utf8') return new TextSlots();
  if (type === 'binary') return new BinarySlots();
  return type === 'int64' ? new Int64Slots() : new NumberSlots();
}
