import { EngineHost } from './engine-host';
import { serve } from './rpc/serve';

serve(new EngineHost(), self as unknown as MessagePort);
