import { LakeHost } from './lake-host';
import { WasmParquetService } from './lake/parquet-service';
import { serve } from './rpc/serve';

const PARQUET = 'littoral-parquet';

// One script, two workers: the lake, and the Parquet reader that it starts from the same address.
const spawnReader = (): Worker => new Worker(self.location.href, { type: 'module', name: PARQUET });
serve(self.name === PARQUET ? new WasmParquetService() : new LakeHost(spawnReader), self as unknown as MessagePort);
