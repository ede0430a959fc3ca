// Reads deployment files as their own tools do: BuildKit's Dockerfile parser with its lint rules, Docker Compose's loader, the
// Kubernetes types decoded strictly, and the "restricted" pod security standard. Prints one line per complaint.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: check dockerfile|compose|kubernetes FILE")
		os.Exit(2)
	}
	checks := map[string]func(string) ([]string, error){"dockerfile": dockerfile, "compose": compose, "kubernetes": kubernetes}
	check, known := checks[os.Args[1]]
	if !known {
		fmt.Fprintf(os.Stderr, "%q is not dockerfile, compose or kubernetes\n", os.Args[1])
		os.Exit(2)
	}
	complaints, err := check(os.Args[2])
	if err != nil {
		complaints = append(complaints, err.Error())
	}
	for _, complaint := range complaints {
		fmt.Println(complaint)
	}
	if len(complaints) > 0 {
		os.Exit(1)
	}
}

func dockerfile(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	result, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	var complaints []string
	for _, warning := range result.Warnings {
		complaints = append(complaints, warning.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, description, url, message string, location []parser.Range) {
		complaints = append(complaints, rule+": "+message)
	}})
	stages, _, err := instructions.Parse(result.AST, lint)
	if err == nil && len(stages) == 0 {
		err = errors.New("no stage")
	}
	return complaints, err
}

func compose(path string) ([]string, error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithWorkingDirectory(filepath.Dir(path)), cli.WithResolvedPaths(true), cli.WithConsistency(true))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err == nil && len(project.Services) != 1 {
		err = fmt.Errorf("%d services", len(project.Services))
	}
	return nil, err
}

func kubernetes(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	documents := yaml.NewDocumentDecoder(file)
	defer documents.Close()
	var complaints []string
	text := make([]byte, 1<<20)
	for {
		size, err := documents.Read(text)
		if errors.Is(err, io.EOF) {
			return complaints, nil
		}
		if err != nil {
			return complaints, err
		}
		object, _, err := decoder.Decode(text[:size], nil, nil)
		if err != nil {
			complaints = append(complaints, err.Error())
			continue
		}
		complaints = append(complaints, restricted(object)...)
	}
}

func restricted(object runtime.Object) []string {
	deployment, is := object.(*appsv1.Deployment)
	if !is {
		return nil
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return []string{err.Error()}
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	var complaints []string
	for _, result := range evaluator.EvaluatePod(level, &deployment.Spec.Template.ObjectMeta, &deployment.Spec.Template.Spec) {
		if !result.Allowed {
			complaints = append(complaints, "pod security: "+result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	return complaints
}
