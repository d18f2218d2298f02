import { type RefObject, useEffect, useRef } from "react";

/** Calls `onView` whenever the element comes near the visible part of the page: for lists that grow. */
export function useInView<Element extends HTMLElement>(onView: () => void): RefObject<Element | null> {
  const element = useRef<Element>(null);
  const latest = useRef(onView);
  useEffect(() => {
    latest.current = onView;
  });
  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && latest.current(),
      { rootMargin: "400px" },
    );
    observer.observe(target);
    return () => observer.disconnect();
  });
  return element;
}
