import { flag, group, optionalText } from './field.ts';

/** What operators need to get in. */
export const adminSchema = group({
  enabled: flag(
    false,
    'Serve the portal with its page Channels to operators, from wherever they reach the port: they sign in with `admin.password`, or with what `belfry admin link` prints. See [the page](beacon/admin.md).',
    { flag: 'admin' },
  ),
  external: flag(
    false,
    'Serve the calls of operators where clients connect, too, when there is an `http_server.internal_port` or an `internal_address`.',
  ),
  password: optionalText(
    'What operators sign in with. Without it they need what `belfry admin link` or `belfry admin token` prints.',
    { secret: true },
  ),
  secret: optionalText(
    'Signs what operators get when they sign in, and is what `belfry actors` and `belfry channels` show to the running server. All Beacons need the same one. Generated into the data directory, with the embedded store in production too.',
    { secret: true },
  ),
});
