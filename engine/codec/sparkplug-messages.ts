import type { ProtoField, ProtoKind, ProtoMessage } from './protobuf-schema';

/** The messages of sparkplug_b.proto (Eclipse Sparkplug 3.0), a field each as `name:number:type`, `*` for repeated. */
const SOURCES: Readonly<Record<string, string>> = {
  Payload: 'timestamp:1:uint64 metrics:2:Metric* seq:3:uint64 uuid:4:string body:5:bytes',
  Metric:
    'name:1:string alias:2:uint64 timestamp:3:uint64 datatype:4:uint32 is_historical:5:bool is_transient:6:bool is_null:7:bool metadata:8:MetaData properties:9:PropertySet ' +
    'int_value:10:uint32 long_value:11:uint64 float_value:12:float double_value:13:double boolean_value:14:bool string_value:15:string bytes_value:16:bytes dataset_value:17:DataSet template_value:18:Template',
  MetaData: 'is_multi_part:1:bool content_type:2:string size:3:uint64 seq:4:uint64 file_name:5:string file_type:6:string md5:7:string description:8:string',
  PropertySet: 'keys:1:string* values:2:PropertyValue*',
  PropertySetList: 'propertyset:1:PropertySet*',
  PropertyValue:
    'type:1:uint32 is_null:2:bool int_value:3:uint32 long_value:4:uint64 float_value:5:float double_value:6:double boolean_value:7:bool string_value:8:string propertyset_value:9:PropertySet propertysets_value:10:PropertySetList',
  DataSet: 'num_of_columns:1:uint64 columns:2:string* types:3:uint32* rows:4:Row*',
  Row: 'elements:1:Element*',
  Element: 'int_value:1:uint32 long_value:2:uint64 float_value:3:float double_value:4:double boolean_value:5:bool string_value:6:string',
  Template: 'version:1:string metrics:2:Metric* parameters:3:Parameter* template_ref:4:string is_definition:5:bool',
  Parameter: 'name:1:string type:2:uint32 int_value:3:uint32 long_value:4:uint64 float_value:5:float double_value:6:double boolean_value:7:bool string_value:8:string'
};

const messages = new Map(Object.keys(SOURCES).map(name => [name, { name, fields: [] as ProtoField[], byNumber: new Map<number, ProtoField>(), mapEntry: false }]));
for (const [name, source] of Object.entries(SOURCES)) {
  const message = messages.get(name)!;
  for (const text of source.split(' ')) {
    const [fieldName, number, type] = text.split(':') as [string, string, string];
    const plainType = type.replace('*', '');
    const inner = messages.get(plainType) ?? null;
    const kind = inner === null ? (plainType as ProtoKind) : 'message';
    const field: ProtoField = { name: fieldName, number: Number(number), kind, repeated: type.endsWith('*'), required: false, presence: true, oneof: null, message: inner, symbols: null };
    message.fields.push(field);
    message.byNumber.set(field.number, field);
  }
}

/** `org.eclipse.tahu.protobuf.Payload`. */
export const SPARKPLUG_PAYLOAD: ProtoMessage = messages.get('Payload')!;

/** Names of the Sparkplug 3.0 data types, by number; 0 is Unknown. */
export const SPARKPLUG_TYPES: readonly string[] = [
  'Unknown', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Float', 'Double', 'Boolean', 'String', 'DateTime', 'Text', 'UUID', 'DataSet',
  'Bytes', 'File', 'Template', 'PropertySet', 'PropertySetList', 'Int8Array', 'Int16Array', 'Int32Array', 'Int64Array', 'UInt8Array', 'UInt16Array', 'UInt32Array',
  'UInt64Array', 'FloatArray', 'DoubleArray', 'BooleanArray', 'StringArray', 'DateTimeArray'
];
