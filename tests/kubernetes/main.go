// A Kubernetes API for tests: Jobs, Pods and Secrets of one namespace, in memory. It decodes with Kubernetes' own
// types and strict decoder, words refusals as its error package does, and grants what a Role grants.
//
// Arguments: file of the Role, token. It prints its address and its certificate as a line of JSON, and ends when
// its standard input does.
package main

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// Jobs of a namespace's quota.
const quota = 3

// How long a container takes to end.
const ending = 50 * time.Millisecond

type cluster struct {
	sync.Mutex
	role    rbacv1.Role
	token   string
	uids    int
	jobs    map[string]*batchv1.Job
	secrets map[string]*corev1.Secret
	used    map[string]bool
}

func main() {
	c := &cluster{
		token: os.Args[2],
		jobs:  map[string]*batchv1.Job{}, secrets: map[string]*corev1.Secret{}, used: map[string]bool{},
	}
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = yaml.UnmarshalStrict(text, &c.role)
	}
	if err != nil {
		panic(err)
	}
	server := httptest.NewUnstartedServer(c)
	// Tests also come with certificates that are refused.
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	line, _ := json.Marshal(map[string]string{"url": server.URL, "certificate": string(certificate)})
	fmt.Println(string(line))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.Lock()
	defer c.Unlock()
	if r.URL.Path == "/used" {
		used := []string{}
		for each := range c.used {
			used = append(used, each)
		}
		slices.Sort(used)
		answer(w, http.StatusOK, used)
		return
	}
	status, value, err := c.handle(r)
	var refusal apierrors.APIStatus
	switch {
	case errors.As(err, &refusal):
		s := refusal.Status()
		s.Kind, s.APIVersion = "Status", "v1"
		answer(w, int(s.Code), s)
	case err != nil:
		s := apierrors.NewInternalError(err).Status()
		answer(w, int(s.Code), s)
	default:
		answer(w, status, value)
	}
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func (c *cluster) handle(r *http.Request) (int, any, error) {
	if r.Header.Get("authorization") != "Bearer "+c.token {
		return 0, nil, apierrors.NewUnauthorized("Unauthorized")
	}
	// /api/v1/namespaces/N/R[/NAME] or /apis/GROUP/v1/namespaces/N/R[/NAME]
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	group := ""
	if len(parts) > 2 && parts[0] == "apis" {
		group, parts = parts[1], parts[2:]
	} else if len(parts) > 1 && parts[0] == "api" {
		parts = parts[1:]
	}
	if len(parts) < 4 || len(parts) > 5 || parts[0] != "v1" || parts[1] != "namespaces" {
		return 0, nil, apierrors.NewNotFound(schema.GroupResource{}, r.URL.Path)
	}
	namespace, name := parts[2], ""
	if len(parts) == 5 {
		name = parts[4]
	}
	resource := schema.GroupResource{Group: group, Resource: parts[3]}
	verb := map[string]string{"GET": "get", "POST": "create", "DELETE": "delete"}[r.Method]
	if verb == "get" && name == "" {
		verb = "list"
	}
	if !c.grants(namespace, resource, verb) {
		return 0, nil, apierrors.NewForbidden(resource, name, fmt.Errorf(
			"User %q cannot %s resource %q in API group %q in the namespace %q",
			"system:serviceaccount:reelay:reelay-api", verb, resource.Resource, group, namespace))
	}
	c.used[resource.String()+" "+verb] = true
	dry, err := knownParameters(r, verb)
	if err != nil {
		return 0, nil, err
	}
	switch resource.String() + " " + verb {
	case "jobs.batch create":
		return c.createJob(r, resource, namespace, dry)
	case "jobs.batch get":
		if job := c.jobs[name]; job != nil {
			return http.StatusOK, c.observe(job), nil
		}
		return 0, nil, apierrors.NewNotFound(resource, name)
	case "jobs.batch list":
		return c.listJobs(r)
	case "jobs.batch delete":
		return c.deleteJob(r, resource, name, dry)
	case "secrets create":
		return c.createSecret(r, resource, namespace, dry)
	case "pods list":
		return c.listPods(r)
	}
	return 0, nil, apierrors.NewMethodNotSupported(resource, verb)
}

func (c *cluster) grants(namespace string, resource schema.GroupResource, verb string) bool {
	return namespace == c.role.Namespace && slices.ContainsFunc(c.role.Rules, func(rule rbacv1.PolicyRule) bool {
		return slices.Contains(rule.APIGroups, resource.Group) &&
			slices.Contains(rule.Resources, resource.Resource) && slices.Contains(rule.Verbs, verb)
	})
}

func knownParameters(r *http.Request, verb string) (dry bool, err error) {
	known := map[string][]string{
		"create": {"dryRun", "fieldValidation"}, "delete": {"dryRun"}, "list": {"labelSelector", "limit", "continue"},
	}[verb]
	for key := range r.URL.Query() {
		if !slices.Contains(known, key) {
			return false, apierrors.NewBadRequest("unknown parameter " + key)
		}
	}
	switch r.URL.Query().Get("dryRun") {
	case "":
		return false, nil
	case "All":
		return true, nil
	}
	return false, apierrors.NewBadRequest("dryRun: Unsupported value")
}

func decode(r *http.Request, into any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	strict, err := strictjson.UnmarshalStrict(body, into)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	if len(strict) > 0 {
		return apierrors.NewBadRequest("strict decoding error: " + errors.Join(strict...).Error())
	}
	return nil
}

func (c *cluster) stamp(meta *metav1.ObjectMeta, namespace string) {
	c.uids++
	meta.UID = types.UID(fmt.Sprintf("uid-%d", c.uids))
	meta.Namespace = namespace
	meta.CreationTimestamp = metav1.Now()
}

func (c *cluster) createJob(r *http.Request, resource schema.GroupResource, namespace string, dry bool) (int, any, error) {
	job := &batchv1.Job{}
	if err := decode(r, job); err != nil {
		return 0, nil, err
	}
	kind := schema.GroupKind{Group: "batch", Kind: "Job"}
	if job.Kind != "Job" || job.APIVersion != "batch/v1" {
		return 0, nil, apierrors.NewBadRequest("the object provided is unrecognized")
	}
	if problems := validate(job); len(problems) > 0 {
		return 0, nil, apierrors.NewInvalid(kind, job.Name, problems)
	}
	if c.jobs[job.Name] != nil {
		return 0, nil, apierrors.NewAlreadyExists(resource, job.Name)
	}
	if len(c.jobs) >= quota {
		return 0, nil, apierrors.NewForbidden(resource, job.Name, fmt.Errorf(
			"exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=%d, limited: count/jobs.batch=%d", quota, quota))
	}
	c.stamp(&job.ObjectMeta, namespace)
	if !dry {
		c.jobs[job.Name] = job
	}
	return http.StatusCreated, job, nil
}

// Rules of Kubernetes that its types do not contain.
func validate(job *batchv1.Job) field.ErrorList {
	spec := field.NewPath("spec")
	pod := spec.Child("template", "spec")
	problems := metav1validation.ValidateLabels(job.Labels, field.NewPath("metadata", "labels"))
	problems = append(problems, metav1validation.ValidateLabels(job.Spec.Template.Labels, spec.Child("template", "metadata", "labels"))...)
	for _, message := range validation.IsDNS1123Label(job.Name) {
		problems = append(problems, field.Invalid(field.NewPath("metadata", "name"), job.Name, message))
	}
	template := job.Spec.Template.Spec
	if template.RestartPolicy != corev1.RestartPolicyNever {
		problems = append(problems, field.NotSupported(pod.Child("restartPolicy"), template.RestartPolicy, []string{"Never"}))
	}
	if len(template.Containers) != 1 || template.Containers[0].Image == "" || template.Containers[0].Name == "" {
		return append(problems, field.Required(pod.Child("containers"), "one with a name and an image"))
	}
	volumes := map[string]bool{}
	for _, volume := range template.Volumes {
		volumes[volume.Name] = true
	}
	for _, mount := range template.Containers[0].VolumeMounts {
		if !volumes[mount.Name] {
			problems = append(problems, field.NotFound(pod.Child("containers").Index(0).Child("volumeMounts"), mount.Name))
		}
	}
	resources := template.Containers[0].Resources
	for name, request := range resources.Requests {
		if limit, ok := resources.Limits[name]; ok && request.Cmp(limit) > 0 {
			problems = append(problems, field.Invalid(pod.Child("resources"), request.String(), "must be less than or equal to the limit"))
		}
	}
	// Policy "restricted" of Pod Security Standards.
	own, all := template.Containers[0].SecurityContext, template.SecurityContext
	if own == nil || all == nil || all.RunAsNonRoot == nil || !*all.RunAsNonRoot || all.SeccompProfile == nil ||
		own.AllowPrivilegeEscalation == nil || *own.AllowPrivilegeEscalation || own.Capabilities == nil ||
		!slices.Contains(own.Capabilities.Drop, "ALL") {
		problems = append(problems, field.Forbidden(pod.Child("securityContext"), `violates PodSecurity "restricted:latest"`))
	}
	return problems
}

func (c *cluster) createSecret(r *http.Request, resource schema.GroupResource, namespace string, dry bool) (int, any, error) {
	secret := &corev1.Secret{}
	if err := decode(r, secret); err != nil {
		return 0, nil, err
	}
	if secret.Kind != "Secret" || secret.APIVersion != "v1" {
		return 0, nil, apierrors.NewBadRequest("the object provided is unrecognized")
	}
	if c.secrets[secret.Name] != nil {
		return 0, nil, apierrors.NewAlreadyExists(resource, secret.Name)
	}
	c.stamp(&secret.ObjectMeta, namespace)
	if !dry {
		c.secrets[secret.Name] = secret
	}
	return http.StatusCreated, secret, nil
}

func (c *cluster) listJobs(r *http.Request) (int, any, error) {
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		return 0, nil, apierrors.NewBadRequest(err.Error())
	}
	names := []string{}
	for name, job := range c.jobs {
		if selector.Matches(labels.Set(job.Labels)) && name > r.URL.Query().Get("continue") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	list := batchv1.JobList{TypeMeta: metav1.TypeMeta{Kind: "JobList", APIVersion: "batch/v1"}, Items: []batchv1.Job{}}
	// A server may return fewer than the limit. One at a time makes clients follow the pages.
	if limit, _ := strconv.Atoi(r.URL.Query().Get("limit")); limit > 0 && len(names) > 1 {
		names = names[:1]
		list.Continue = names[0]
	}
	for _, name := range names {
		list.Items = append(list.Items, *c.observe(c.jobs[name]))
	}
	return http.StatusOK, list, nil
}

func (c *cluster) deleteJob(r *http.Request, resource schema.GroupResource, name string, dry bool) (int, any, error) {
	options := metav1.DeleteOptions{}
	if err := decode(r, &options); err != nil {
		return 0, nil, err
	}
	job := c.jobs[name]
	if job == nil {
		return 0, nil, apierrors.NewNotFound(resource, name)
	}
	if options.PropagationPolicy == nil || *options.PropagationPolicy != metav1.DeletePropagationForeground {
		return 0, nil, apierrors.NewBadRequest("without propagationPolicy Foreground, a Job is gone before its Pods")
	}
	if !dry && job.DeletionTimestamp == nil {
		now := metav1.Now()
		job.DeletionTimestamp = &now
		time.AfterFunc(ending, func() {
			c.Lock()
			defer c.Unlock()
			delete(c.jobs, name)
			for key, secret := range c.secrets {
				for _, owner := range secret.OwnerReferences {
					if owner.UID == job.UID && owner.Kind == "Job" && owner.APIVersion == "batch/v1" && owner.Name == name {
						delete(c.secrets, key)
					}
				}
			}
		})
	}
	return http.StatusOK, job, nil
}

// The only Pod of a Job. Its image says what becomes of it.
func (c *cluster) podOf(job *batchv1.Job) corev1.Pod {
	pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: job.Name + "-x", Namespace: job.Namespace, Labels: map[string]string{}}}
	for key, value := range job.Spec.Template.Labels {
		pod.Labels[key] = value
	}
	pod.Labels["batch.kubernetes.io/job-name"] = job.Name
	pod.Spec = job.Spec.Template.Spec
	container := corev1.ContainerStatus{Name: pod.Spec.Containers[0].Name}
	pod.Status.Phase = corev1.PodPending
	_, isWaiting := pod.Spec.NodeSelector["test/none"]
	image := pod.Spec.Containers[0].Image
	ended, isEnded := strings.CutPrefix(image, "ended:")
	switch {
	case isWaiting:
		pod.Status.Conditions = []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable,
			Message:            "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
			LastTransitionTime: metav1.NewTime(time.Now().Add(-10 * time.Minute)),
		}}
		return pod
	case strings.HasPrefix(image, "unknown:"):
		container.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "Back-off pulling image " + strconv.Quote(image)}
	case !c.hasSecrets(pod.Spec):
		container.State.Waiting = &corev1.ContainerStateWaiting{Reason: "CreateContainerConfigError", Message: "secret not found"}
	case isEnded:
		code, _ := strconv.Atoi(ended)
		pod.Status.Phase = corev1.PodSucceeded
		if code != 0 {
			pod.Status.Phase = corev1.PodFailed
		}
		container.State.Terminated = &corev1.ContainerStateTerminated{ExitCode: int32(code)}
	default:
		pod.Status.Phase = corev1.PodRunning
		container.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.Now()}
		container.Ready = true
	}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{container}
	return pod
}

func (c *cluster) hasSecrets(spec corev1.PodSpec) bool {
	for _, variable := range spec.Containers[0].Env {
		if from := variable.ValueFrom; from != nil {
			secret := c.secrets[from.SecretKeyRef.Name]
			if secret == nil || (secret.StringData[from.SecretKeyRef.Key] == "" && len(secret.Data[from.SecretKeyRef.Key]) == 0) {
				return false
			}
		}
	}
	return true
}

// A Job as its controller reports it.
func (c *cluster) observe(job *batchv1.Job) *batchv1.Job {
	seen := job.DeepCopy()
	if job.Spec.Suspend != nil && *job.Spec.Suspend {
		seen.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionTrue}}
		return seen
	}
	ready := int32(0)
	switch c.podOf(job).Status.Phase {
	case corev1.PodSucceeded:
		seen.Status.Succeeded = 1
		seen.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	case corev1.PodFailed:
		seen.Status.Failed = 1
		seen.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded"}}
	case corev1.PodRunning:
		ready = 1
		fallthrough
	default:
		seen.Status.Active = 1
	}
	seen.Status.Ready = &ready
	return seen
}

func (c *cluster) listPods(r *http.Request) (int, any, error) {
	selector, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		return 0, nil, apierrors.NewBadRequest(err.Error())
	}
	list := corev1.PodList{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}, Items: []corev1.Pod{}}
	for _, job := range c.jobs {
		if job.Spec.Suspend != nil && *job.Spec.Suspend {
			continue
		}
		if pod := c.podOf(job); selector.Matches(labels.Set(pod.Labels)) {
			list.Items = append(list.Items, pod)
		}
	}
	return http.StatusOK, list, nil
}
