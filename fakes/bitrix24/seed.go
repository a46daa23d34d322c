package bitrix24

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// Seed describes the portal of a business: who works there, how its pipelines and fields
// are called. It is read from YAML; the names in the tags are the whole format.
type Seed struct {
	Portal struct {
		Domain   string `yaml:"domain"`
		Currency string `yaml:"currency"`
		// Leads: false is the simple mode of the CRM, in which a lead becomes a deal at once.
		Leads *bool `yaml:"leads"`
	} `yaml:"portal"`
	Departments []struct {
		ID     int    `yaml:"id"`
		Name   string `yaml:"name"`
		Parent int    `yaml:"parent"`
		Head   int    `yaml:"head"`
	} `yaml:"departments"`
	Users []struct {
		ID          int      `yaml:"id"`
		Name        string   `yaml:"name"`
		LastName    string   `yaml:"last_name"`
		Position    string   `yaml:"position"`
		Email       string   `yaml:"email"`
		Phone       string   `yaml:"phone"`
		Gender      string   `yaml:"gender"`
		Departments []int    `yaml:"departments"`
		Role        string   `yaml:"role"`
		Roles       []string `yaml:"roles"`
		Admin       bool     `yaml:"admin"`
		Inactive    bool     `yaml:"inactive"`
	} `yaml:"users"`
	// Roles: role → kind of card → rights. What is not named is allowed.
	Roles map[string]map[string]SeedRights `yaml:"roles"`
	// Statuses: directory (STATUS, SOURCE…) → rows. Rows are added to those that every
	// portal has; a known id gets the new name.
	Statuses map[string][]SeedStage `yaml:"statuses"`
	// Categories are the pipelines of deals; 0 is the one that every portal has.
	Categories []struct {
		ID     int         `yaml:"id"`
		Name   string      `yaml:"name"`
		Sort   int         `yaml:"sort"`
		Stages []SeedStage `yaml:"stages"`
	} `yaml:"categories"`
	// Fields are user fields. Without «entities» a field is given to leads, contacts and
	// deals.
	Fields []struct {
		Code      string   `yaml:"code"`
		Title     string   `yaml:"title"`
		Type      string   `yaml:"type"`
		Entity    string   `yaml:"entity"`
		Entities  []string `yaml:"entities"`
		Multiple  bool     `yaml:"multiple"`
		Mandatory bool     `yaml:"mandatory"`
		List      []string `yaml:"list"`
	} `yaml:"fields"`
	// Resources are what online booking books: masters, rooms.
	Resources []struct {
		ID    int      `yaml:"id"`
		Name  string   `yaml:"name"`
		Type  string   `yaml:"type"`
		From  string   `yaml:"from"` // "09:00"
		To    string   `yaml:"to"`
		Days  []string `yaml:"days"` // Mon…Sun
		Every int      `yaml:"every"`
	} `yaml:"resources"`
	// Queues are open lines with the people who answer there.
	Queues []struct {
		ID    int    `yaml:"id"`
		Name  string `yaml:"name"`
		Users []int  `yaml:"users"`
	} `yaml:"queues"`
	// Apps may speak OAuth with the portal.
	Apps []struct {
		ClientID string   `yaml:"client_id"`
		Secret   string   `yaml:"client_secret"`
		Token    string   `yaml:"application_token"`
		Scopes   []string `yaml:"scopes"`
		User     int      `yaml:"user"`
	} `yaml:"apps"`
	// Cards are what the portal already holds, with classic field codes.
	Cards []struct {
		Entity string         `yaml:"entity"`
		Fields map[string]any `yaml:"fields"`
	} `yaml:"cards"`
}

// SeedRights are the rights of a role on a kind of card: all, own or none.
type SeedRights struct {
	Read   string `yaml:"read"`
	Add    string `yaml:"add"`
	Update string `yaml:"update"`
	Delete string `yaml:"delete"`
	// Hidden fields are neither seen nor written, read-only ones only seen.
	Hidden   []string `yaml:"hidden"`
	ReadOnly []string `yaml:"readonly"`
}

// SeedStage is one row of a directory.
type SeedStage struct {
	ID        string `yaml:"id"`
	Name      string `yaml:"name"`
	Sort      int    `yaml:"sort"`
	Semantics string `yaml:"semantics"` // S won, F lost
}

// LoadSeed reads a portal from YAML and adds it to what is there. Errors name the line.
func (s *Server) LoadSeed(text []byte) error {
	var seed Seed
	if err := yaml.UnmarshalWithOptions(text, &seed, yaml.Strict()); err != nil {
		return fmt.Errorf("описание портала не прочитано: %s", yaml.FormatError(err, false, true))
	}
	return s.Load(seed)
}

// Load adds a portal to what is there.
func (s *Server) Load(seed Seed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.loadPeople(seed); err != nil {
		return err
	}
	s.loadDirectories(seed)
	if err := s.loadFields(seed); err != nil {
		return err
	}
	if err := s.loadBooking(seed); err != nil {
		return err
	}
	for _, q := range seed.Queues {
		if q.ID < 1 || q.ID > maxID || q.Name == "" {
			return fmt.Errorf("queues: у линии нужны id и name")
		}
		users := make([]any, len(q.Users))
		for i, u := range q.Users {
			users[i] = strconv.Itoa(u)
		}
		s.state.docs("queue").add(M("ID", strconv.Itoa(q.ID), "LINE_NAME", q.Name, "ACTIVE", "Y", "QUEUE", users))
	}
	for _, a := range seed.Apps {
		if a.ClientID == "" || a.Secret == "" {
			return fmt.Errorf("apps: у приложения нужны client_id и client_secret")
		}
		s.addApp(a.ClientID, a.Secret, a.Token, a.Scopes, max(a.User, s.user))
	}
	for i, card := range seed.Cards {
		if _, err := s.put(card.Entity, fieldsOf(card.Fields), 0); err != nil {
			return fmt.Errorf("cards, карточка %d («%s»): %w", i+1, card.Entity, err)
		}
	}
	return nil
}

func (s *Server) loadPeople(seed Seed) error {
	p := &s.state.portal
	p.domain, p.currency = orText(seed.Portal.Domain, p.domain), orText(seed.Portal.Currency, p.currency)
	if seed.Portal.Leads != nil && !*seed.Portal.Leads {
		p.mode = simpleMode
	}
	for _, d := range seed.Departments {
		if d.ID < 1 || d.ID > maxID {
			return fmt.Errorf("departments: у отдела «%s» нужен id от 1", d.Name)
		}
		s.state.docs("department").add(M("ID", strconv.Itoa(d.ID), "NAME", d.Name, "SORT", 500, "PARENT", zeroEmpty(d.Parent), "UF_HEAD", zeroEmpty(d.Head)))
	}
	for _, u := range seed.Users {
		if u.ID < 1 || u.ID > maxID || u.Name == "" {
			return fmt.Errorf("users: у сотрудника «%s» нужны id от 1 и name", u.Name)
		}
		roles := []any{}
		for _, r := range append([]string{u.Role}, u.Roles...) {
			if r != "" {
				roles = append(roles, r)
			}
		}
		departments := []any{}
		for _, d := range u.Departments {
			departments = append(departments, d)
		}
		if len(departments) == 0 {
			departments = []any{1}
		}
		s.state.docs("user").add(newUser(M("ID", strconv.Itoa(u.ID), "NAME", u.Name, "LAST_NAME", u.LastName, "WORK_POSITION", u.Position,
			"EMAIL", u.Email, "PERSONAL_MOBILE", u.Phone, "PERSONAL_GENDER", u.Gender, "UF_DEPARTMENT", departments,
			"ROLES", roles, "ADMIN", u.Admin || (u.ID == s.user && len(roles) == 0), "ACTIVE", !u.Inactive), s.iso(s.clock())))
	}
	for role, kinds := range seed.Roles {
		rules := &Map{}
		for kind, r := range kinds {
			for _, level := range []string{r.Read, r.Add, r.Update, r.Delete} {
				switch level {
				case "", "all", "own", "none":
				default:
					return fmt.Errorf("roles, «%s», %s: право «%s» неизвестно; годятся all, own, none", role, kind, level)
				}
			}
			rules.Set(kind, M("read", r.Read, "add", r.Add, "update", r.Update, "delete", r.Delete,
				"hidden", upper(r.Hidden), "readonly", upper(r.ReadOnly)))
		}
		s.state.rights[strings.ToLower(role)] = rules
	}
	return nil
}

func upper(codes []string) []any {
	out := make([]any, len(codes))
	for i, code := range codes {
		out[i] = strings.ToUpper(code)
	}
	return out
}

func zeroEmpty(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Server) loadDirectories(seed Seed) {
	for entity, rows := range sorted(anyMap(seed.Statuses)).All {
		s.addStages(strings.ToUpper(entity), 0, rows.([]SeedStage))
	}
	for _, c := range seed.Categories {
		s.addCategory(c.ID, c.Name, max(c.Sort, 100*(c.ID+1)), "")
		if len(c.Stages) == 0 && c.ID > 0 {
			addDirectory(s.state, stageDirectory("deal", c.ID), dealStages, c.ID)
		}
		s.addStages(stageDirectory("deal", c.ID), c.ID, c.Stages)
	}
}

func anyMap(in map[string][]SeedStage) map[string]any {
	out := make(map[string]any, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

// addStages adds rows to a directory; a row that is there gets the new name.
func (s *Server) addStages(entity string, category int, rows []SeedStage) {
	list := s.state.docs("status")
	known := map[string]int{}
	for id, row := range list.rows.all {
		if str(first(row, "ENTITY_ID")) == entity {
			known[str(first(row, "STATUS_ID"))] = id
		}
	}
	for i, row := range rows {
		id := row.ID
		if category > 0 && !strings.Contains(id, ":") {
			id = "C" + strconv.Itoa(category) + ":" + id
		}
		order := row.Sort
		if order == 0 {
			order = (len(known) + i + 1) * 10
		}
		doc := statusRow(entity, id, row.Name, order, row.Semantics, category, false)
		if at, ok := known[id]; ok {
			before, _ := list.get(at)
			doc = before.clone()
			doc.Set("NAME", row.Name)
			if row.Sort > 0 {
				doc.Set("SORT", strconv.Itoa(row.Sort))
			}
			list.rows.put(at, doc)
			continue
		}
		list.add(doc)
	}
}

func (s *Server) loadFields(seed Seed) error {
	for _, f := range seed.Fields {
		entities := f.Entities
		if f.Entity != "" {
			entities = append(entities, f.Entity)
		}
		if len(entities) == 0 {
			entities = []string{"lead", "contact", "deal"}
		}
		items := make([]any, len(f.List))
		for i, item := range f.List { // one id for all kinds of card, so that people may write the name
			items[i] = M("ID", strconv.Itoa(s.state.docs("enum").add(&Map{})), "VALUE", item)
		}
		for _, entity := range entities {
			k, ok := s.kindOf(entity)
			if !ok {
				return fmt.Errorf("fields, %s: вида карточек «%s» нет; есть lead, contact, company, deal", f.Code, entity)
			}
			if _, refused := s.addUserField(k, M("FIELD_NAME", f.Code, "USER_TYPE_ID", orText(f.Type, "string"), "LABEL", f.Title,
				"MULTIPLE", yn(f.Multiple), "MANDATORY", yn(f.Mandatory), "LIST", items)); refused != nil {
				return fmt.Errorf("fields, %s: %w", f.Code, plain(refused))
			}
		}
	}
	return nil
}
