const asset = (test, filename) => ({ test, type: 'asset/resource', generator: { filename } });

// realContentHash: workers that are text assets make a circular hash otherwise (jupyterlab#18245).
module.exports = {
  optimization: { realContentHash: false },
  module: {
    rules: [
      asset(/\.worker\.js$/, 'workers/[name].[contenthash:8][ext]'),
      asset(/\.wasm$/, 'wasm/[name].[contenthash:8][ext]'),
      asset(/library-types\.json$/, 'types/[name].[contenthash:8][ext]')
    ]
  }
};
