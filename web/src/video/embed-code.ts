/** The bare page that plays a video. Pure. */
export const watchUrl = (origin: string, id: string): string => `${origin}/watch/${encodeURIComponent(id)}`;

/** HTML that shows a video on another page. Pure. */
export const embedCode = (origin: string, id: string): string =>
  `<iframe src="${watchUrl(origin, id)}" title="Video" width="640" height="360" allow="autoplay; fullscreen" style="border:0"></iframe>`;
