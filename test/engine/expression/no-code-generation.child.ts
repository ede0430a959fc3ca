/* Runs expressions in a process in which `eval` and `Function` are forbidden, as under a CSP without `unsafe-eval`. */
import { sandboxCampaign } from './sandbox-campaign';

const { accepted, findings } = sandboxCampaign({ count: 2000, seed: 1 });
console.log(JSON.stringify({ codeFromText: nameOfError(), accepted: accepted > 100, findings }));

function nameOfError(): string {
  try {
    return String(Reflect.construct(Function, ['return "allowed"'])());
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
