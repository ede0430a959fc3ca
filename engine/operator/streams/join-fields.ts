import type { FieldSpec } from '../operator';

/** Fields that the operators over several streams share. */
export const ON_FIELD: FieldSpec = { name: 'on', type: 'column names', doc: 'Columns that must be equal on both sides; they have the same names and types there, and occur once in the result, which is keyed by them.' };
export const AS_FIELD: FieldSpec = { name: 'as', type: '{ left, right }', default: { left: '', right: '' }, doc: 'What the names of the other columns of each side begin with in the result, e.g. { right: "set_" }; needed where both sides have a column of the same name.' };
export const LATE_POLICY_FIELD: FieldSpec = { name: 'latePolicy', type: "'drop' | 'deadLetter'", default: 'drop', doc: 'What happens to late rows: counted and dropped, or kept as dead letters LATE.' };
export const LOOKUP_ON_FIELD: FieldSpec = { name: 'on', type: 'column names', doc: 'Columns that must be equal; they have the same names and types in the rows and in what is looked up.' };
export const COLUMNS_FIELD: FieldSpec = { name: 'columns', type: 'column names', doc: 'Columns to add.' };
export const LOOKUP_AS_FIELD: FieldSpec = { name: 'as', type: '{ right }', default: { right: '' }, doc: 'What the names of the added columns begin with, e.g. { right: "site_" }; needed where a row has a column of the same name.' };
export const MISSING_FIELD: FieldSpec = { name: 'missing', type: "'null' | 'drop' | 'deadLetter'", default: 'null', doc: 'What happens to a row for which nothing is found: null in the added columns, counted and dropped, or kept as a dead letter LOOKUP_MISSING.' };
