package bitrix24

import "net/http"

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {}
func (s *Server) serveWindow(w http.ResponseWriter, r *http.Request)  {}
func dialogLinks(d *Map) []string                                  { return nil }
func (s *Server) loadBooking(seed Seed) error                      { return nil }
