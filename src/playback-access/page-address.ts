/** URLs of this API with the parameter `token`: pages and the status. `id` is the global id. Pure. */

export const watchAddress = (publicUrl: string, id: string, token: string): string =>
  `${publicUrl}/watch/${id}?token=${token}`;

export const embedAddress = (publicUrl: string, id: string, token: string): string =>
  `${publicUrl}/embed/${id}?token=${token}`;

export const statusAddress = (publicUrl: string, id: string, token: string): string =>
  `${publicUrl}/api/video-status/${id}?token=${token}`;

/** The token in a request's URL; null without one. An empty one counts as an invalid token. */
export const tokenParameter = (url: string | undefined): string | null =>
  new URLSearchParams((url ?? "").split("?", 2)[1]).get("token");
