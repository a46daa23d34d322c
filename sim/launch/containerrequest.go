package launch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/testcontainers/testcontainers-go"
)

// findPort takes the port from the image, where the description says none.
func (c *Containers) findPort(ctx context.Context, key string, r *running) error {
	if r.Port != 0 {
		return nil
	}
	image, err := c.engine.api.ImageInspect(ctx, r.Image)
	if err != nil {
		return fmt.Errorf("%s.image: образа «%s» нет на этой машине: %w", key, r.Image, err)
	}
	if image.Config != nil && len(image.Config.ExposedPorts) == 1 {
		for exposed := range image.Config.ExposedPorts {
			number, _, _ := strings.Cut(exposed, "/")
			if r.Port, err = strconv.Atoi(number); err == nil {
				return nil
			}
		}
	}
	if key == "bot.image" {
		return errors.New("bot.image.port: не указан порт, на котором бот принимает сообщения, а образ его не называет")
	}
	return nil
}

func (c *Containers) request(key string, r *running) (testcontainers.ContainerRequest, error) {
	values := maps.Clone(c.values)
	values["port"] = strconv.Itoa(r.Port)
	request := testcontainers.ContainerRequest{
		Image: r.Image, Labels: labels(c.mark), Env: map[string]string{"PYTHONUNBUFFERED": "1"},
		Networks: []string{c.network.name}, NetworkAliases: map[string][]string{c.network.name: {r.Name}},
	}
	fail := func(err error) (testcontainers.ContainerRequest, error) { return request, err }
	var err error
	if request.Cmd, err = putAll(key+".run", r.Run, values); err != nil {
		return fail(err)
	}
	if request.Entrypoint, err = putAll(key+".entrypoint", r.Entry, values); err != nil {
		return fail(err)
	}
	env := maps.Clone(r.Env)
	if key == "bot.image" { // what the surroundings give is for the bot
		env = maps.Clone(c.options.Env)
		if env == nil {
			env = map[string]string{}
		}
		for _, name := range []string{"NO_PROXY", "no_proxy"} {
			if bypass, ok := env[name]; ok { // its own containers are no outside
				for _, p := range c.image.With {
					bypass += "," + p.Name
				}
				env[name] = bypass
			}
		}
		maps.Copy(env, r.Env)
	}
	for name, template := range env {
		if request.Env[name], err = put(key+".env."+name, template, values); err != nil {
			return fail(err)
		}
	}
	if request.Files, err = c.files(key, r); err != nil {
		return fail(err)
	}
	mounts, err := c.mounts(key, r)
	if err != nil {
		return fail(err)
	}
	if !direct() {
		request.ExposedPorts = []string{strconv.Itoa(r.Port) + "/tcp"}
	}
	request.ConfigModifier = func(config *container.Config) { config.User, config.Tty = r.User, false }
	request.HostConfigModifier = func(host *container.HostConfig) {
		host.ExtraHosts = append(host.ExtraHosts, c.network.extraHost())
		host.Mounts = append(host.Mounts, mounts...)
		// What it prints is read back, whatever this machine does with logs otherwise.
		host.LogConfig = container.LogConfig{Type: "json-file"}
	}
	return request, nil
}

func putAll(key string, templates []string, values map[string]string) ([]string, error) {
	var out []string
	for _, t := range templates {
		v, err := put(key, t, values)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// files are the copies that a container gets. Anybody in it may read them.
func (c *Containers) files(key string, r *running) ([]testcontainers.ContainerFile, error) {
	var all []testcontainers.ContainerFile
	add := func(inside, file string) error {
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
			return fmt.Errorf("%s.files: нет файла «%s» для %s", key, filepath.Base(file), inside)
		}
		all = append(all, testcontainers.ContainerFile{HostFilePath: file, ContainerFilePath: inside, FileMode: 0o644})
		return nil
	}
	for inside, file := range r.Files {
		if err := add(inside, within(c.options.Dir, file)); err != nil {
			return nil, err
		}
	}
	for name, file := range c.options.Files {
		if err := add(c.values[name], file); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mounts are the folders of this machine that a container sees.
func (c *Containers) mounts(key string, r *running) ([]mount.Mount, error) {
	var all []mount.Mount
	add := func(inside, folder string) error {
		folder, err := filepath.Abs(folder)
		if err != nil {
			return fmt.Errorf("%s.mounts: %w", key, err)
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("%s.mounts: не удалось создать папку для %s: %w", key, inside, err)
		}
		all = append(all, mount.Mount{Type: mount.TypeBind, Source: folder, Target: inside})
		return nil
	}
	if c.options.WorkDir != "" {
		if err := add(laneFolder, c.options.WorkDir); err != nil {
			return nil, err
		}
		// The bot may be any user in there; the folder above keeps others out.
		if err := os.Chmod(c.options.WorkDir, 0o777); err != nil { //nolint:gosec // see above
			return nil, fmt.Errorf("не удалось открыть боту его папку: %w", err)
		}
	}
	for inside, folder := range r.Mounts {
		folder, err := put(key+".mounts", folder, c.options.Values)
		if err != nil {
			return nil, err
		}
		if err := add(inside, within(c.options.Dir, folder)); err != nil {
			return nil, err
		}
	}
	return all, nil
}
