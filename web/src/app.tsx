import { Component, lazy, type ReactNode, Suspense } from "react";
import { Link, Route, Switch } from "wouter";
import { Announcer } from "./announce/index.ts";
import { LibraryPage } from "./library/library-page.tsx";
import { routes } from "./routes.ts";
import { SessionGate } from "./session/index.ts";
import { Shell } from "./shell/shell.tsx";
import { Empty, ErrorNotice, Spinner, Toasts } from "./ui/index.ts";
import { UploadsProvider } from "./uploads/index.ts";

const VideoPage = lazy(() => import("./video/video-page.tsx"));
const AnimatePage = lazy(() => import("./animate/animate-page.tsx"));
const GalleryPage = lazy(() => import("./templates/gallery-page.tsx"));
const TemplatePage = lazy(() => import("./templates/template-page.tsx"));
const QuestionsPage = lazy(() => import("./questions/questions-page.tsx"));
const QuestionSetPage = lazy(() => import("./questions/question-set-page.tsx"));
const BatchesPage = lazy(() => import("./batches/batches-page.tsx"));
const BatchPage = lazy(() => import("./batches/batch-page.tsx"));
const QueuePage = lazy(() => import("./queue/queue-page.tsx"));
const LaunchesPage = lazy(() => import("./launches/launches-page.tsx"));
const FailedPage = lazy(() => import("./failed/failed-page.tsx"));
const WebhooksPage = lazy(() => import("./webhooks/webhooks-page.tsx"));
const EndpointPage = lazy(() => import("./webhooks/endpoint-page.tsx"));
const KeysPage = lazy(() => import("./keys/keys-page.tsx"));

export function App() {
  return (
    <Announcer>
      <Toasts>
        <SessionGate>
          <UploadsProvider>
            <Shell>
              <Boundary>
                <Suspense fallback={<Spinner label="Loading" />}>
                  <Switch>
                    <Route path={routes.library}>
                      <LibraryPage />
                    </Route>
                    <Route path="/videos/:id">
                      {({ id }) => <VideoPage key={id} id={decodeURIComponent(id)} />}
                    </Route>
                    <Route path={routes.animate()}>
                      <AnimatePage />
                    </Route>
                    <Route path={routes.templates}>
                      <GalleryPage />
                    </Route>
                    <Route path="/templates/:name">
                      {({ name }) => <TemplatePage name={decodeURIComponent(name)} />}
                    </Route>
                    <Route path={routes.questions}>
                      <QuestionsPage />
                    </Route>
                    <Route path="/questions/:id">
                      {({ id }) => <QuestionSetPage key={id} id={decodeURIComponent(id)} />}
                    </Route>
                    <Route path={routes.batches}>
                      <BatchesPage />
                    </Route>
                    <Route path="/batches/:id">
                      {({ id }) => <BatchPage key={id} id={decodeURIComponent(id)} />}
                    </Route>
                    <Route path={routes.queue}>
                      <QueuePage />
                    </Route>
                    <Route path={routes.launches}>
                      <LaunchesPage />
                    </Route>
                    <Route path={routes.failed}>
                      <FailedPage />
                    </Route>
                    <Route path={routes.webhooks}>
                      <WebhooksPage />
                    </Route>
                    <Route path="/webhooks/:id">
                      {({ id }) => <EndpointPage key={id} id={decodeURIComponent(id)} />}
                    </Route>
                    <Route path={routes.keys}>
                      <KeysPage />
                    </Route>
                    <Route>
                      <Nowhere />
                    </Route>
                  </Switch>
                </Suspense>
              </Boundary>
            </Shell>
          </UploadsProvider>
        </SessionGate>
      </Toasts>
    </Announcer>
  );
}

const Nowhere = () => (
  <Empty title="Page not found" isWholePage>
    <p>
      <Link href="/">Go to the library</Link>
    </p>
  </Empty>
);

/** What a bug on a page leaves: a way on. */
class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <ErrorNotice title="Something went wrong on this page" onRetry={() => location.reload()}>
        {this.state.error.message}
      </ErrorNotice>
    );
  }
}
