const PULUMI_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const KUBERNETES_VERSION = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
  .map(
    (path) =>
      `-X ${path}.gitVersion=v1.36.3 -X ${path}.gitMajor=1 -X ${path}.gitMinor=36 -X ${path}.gitTreeState=clean`,
  )
  .join(" ");

/**
 * What is built with Go: programs of published modules, and one of ours. A family is one module in tools/go; its versions stand in that module's go.mod.
 * `seconds` is the time of a build from scratch on two cores, after the binaries listed above it. Slow ones come first: what fails, fails early.
 */
export const families = [
  {
    name: "kubernetes",
    binaries: [
      {
        name: "kube-apiserver",
        package: "k8s.io/kubernetes/cmd/kube-apiserver",
        ldflags: KUBERNETES_VERSION,
        seconds: 277,
      },
      {
        name: "kube-controller-manager",
        package: "k8s.io/kubernetes/cmd/kube-controller-manager",
        ldflags: KUBERNETES_VERSION,
        seconds: 71,
      },
      {
        name: "kube-scheduler",
        package: "k8s.io/kubernetes/cmd/kube-scheduler",
        ldflags: KUBERNETES_VERSION,
        seconds: 9,
      },
    ],
  },
  {
    name: "pulumi",
    binaries: [
      {
        name: "pulumi",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        tags: "osusergo,grpcnotrace",
        ldflags: `-X ${PULUMI_VERSION}=v3.259.0`,
        seconds: 253,
      },
    ],
  },
  {
    name: "pulumi-language-nodejs",
    binaries: [
      {
        name: "pulumi-language-nodejs",
        package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        ldflags: `-X ${PULUMI_VERSION}=v3.64.0`,
        seconds: 36,
      },
    ],
  },
  {
    name: "kwok",
    binaries: [
      {
        name: "kwok",
        package: "sigs.k8s.io/kwok/cmd/kwok",
        ldflags: "-X sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0",
        seconds: 90,
      },
    ],
  },
  {
    name: "registry",
    binaries: [
      { name: "registry", package: "github.com/distribution/distribution/v3/cmd/registry", seconds: 62 },
      { name: "crane", package: "github.com/google/go-containerregistry/cmd/crane", seconds: 5 },
    ],
  },
  { name: "etcd", binaries: [{ name: "etcd", package: "go.etcd.io/etcd/server/v3", seconds: 43 }] },
  { name: "git-ssh", binaries: [{ name: "git-ssh", package: ".", seconds: 12 }] },
];
