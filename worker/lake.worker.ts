import { LakeHost } from './lake-host';
import { serve } from './rpc/serve';

serve(new LakeHost(), self as unknown as MessagePort);
