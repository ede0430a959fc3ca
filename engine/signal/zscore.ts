import { deviations } from './mean';
import { stddev } from './moments';

/** Distance of each sample from the mean in standard deviations, `scipy.stats.zscore`; all NaN for a constant signal. */
export function zscore(x: Float64Array, ddof = 0): Float64Array {
  const spread = stddev(x, ddof);
  return deviations(x).map(value => value / spread);
}
