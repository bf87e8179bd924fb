import type { Route } from "../core/router.ts";
import type { AppStoreConnectKey } from "../keys.ts";

/** A route whose handler learns which key called. */
export type ConnectRoute = Route<AppStoreConnectKey>;
