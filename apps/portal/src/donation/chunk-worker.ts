import '@belfry/node/browser/chunk-worker';
