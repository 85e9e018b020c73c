package engine

import (
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

// measured is one mailbox, or its archive, as statistics see it.
type measured struct {
	*world.Mailbox
	archive bool
}

func (m measured) size() int64 {
	if m.archive {
		return m.ArchiveSize
	}
	return m.Size
}

func mTime(name string, get func(m measured) time.Time) field[measured] {
	return value(name, func(v *view, m measured) clixml.Value { return wallTime(v, get(m)) })
}

func sizeField(name string, get func(m measured) int64) field[measured] {
	return value(name, func(_ *view, m measured) clixml.Value { return sizeValue(get(m)) })
}

func count(name string, get func(m measured) int) field[measured] {
	return value(name, func(_ *view, m measured) clixml.Value { return clixml.NewInteger(clixml.UInt32, int64(get(m))) })
}

var statisticsClass = newClass(
	"Microsoft.Exchange.Management.MapiTasks.Presentation.MailboxStatistics Microsoft.Exchange.Data.Mapi.MailboxStatistics Microsoft.Exchange.Data.Mapi.MapiObject Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, m measured) string { return m.Display },
	[]field[measured]{
		count("AssociatedItemCount", func(m measured) int { return m.AssociatedItems }),
		sizeField("AttachmentTableAvailableSize", func(m measured) int64 { return m.size() / 900 }),
		sizeField("AttachmentTableTotalSize", func(m measured) int64 { return m.size() / 3 }),
		count("DeletedItemCount", func(m measured) int { return m.DeletedItems }),
		text("DatabaseName", func(_ *view, m measured) string { return m.Database() }),
	},
	null[measured]("DisconnectDate", "DisconnectReason"),
	[]field[measured]{
		text("DisplayName", func(_ *view, m measured) string {
			if m.archive {
				return "In-Place Archive -" + m.Display
			}
			return m.Display
		}),
	},
	says[measured]("Unlimited", "DumpsterMessagesPerFolderCountReceiveQuota", "DumpsterMessagesPerFolderCountWarningQuota"),
	[]field[measured]{text("ExternalDirectoryOrganizationId", func(v *view, _ measured) string { return v.TenantID })},
	yes[measured]("FastIsEnabled"),
	says[measured]("Unlimited", "FolderHierarchyChildrenCountReceiveQuota", "FolderHierarchyChildrenCountWarningQuota"),
	says[measured]("300", "FolderHierarchyDepthReceiveQuota"), says[measured]("250", "FolderHierarchyDepthWarningQuota"),
	says[measured]("Unlimited", "FoldersCountReceiveQuota", "FoldersCountWarningQuota"),
	no[measured]("IsAbandonedMoveDestination"),
	[]field[measured]{flag("IsArchiveMailbox", func(_ *view, m measured) bool { return m.archive })},
	yes[measured]("IsDatabaseCopyActive"), no[measured]("IsHighDensityShard", "IsMoveDestination", "IsQuarantined", "IsClutterEnabled"), yes[measured]("IsValid"),
	[]field[measured]{
		count("ItemCount", func(m measured) int {
			if m.archive {
				return m.ArchiveItems
			}
			return m.Items
		}),
		value("LastLoggedOnUserAccount", func(v *view, m measured) clixml.Value {
			if m.LastLogon.IsZero() {
				return clixml.Value{}
			}
			return clixml.NewString(m.UPN)
		}),
		mTime("LastLogoffTime", func(m measured) time.Time { return m.LastLogoff }),
		mTime("LastLogonTime", func(m measured) time.Time { return m.LastLogon }),
		mTime("LastInteractionTime", func(m measured) time.Time { return m.LastAction }),
		mTime("LastUserActionTime", func(m measured) time.Time { return m.LastAction }),
		text("LegacyDN", func(_ *view, m measured) string { return m.LegacyDN() }),
		guid("MailboxGuid", func(_ *view, m measured) string {
			if m.archive {
				return m.ArchiveGUID
			}
			return m.ExchangeGUID
		}),
	},
	says[measured]("1000000", "MailboxMessagesPerFolderCountReceiveQuota"), says[measured]("900000", "MailboxMessagesPerFolderCountWarningQuota"),
	[]field[measured]{
		value("MailboxType", func(*view, measured) clixml.Value {
			return enum("Microsoft.Exchange.Data.Mapi.StoreMailboxType", "Private", 0)
		}),
		value("MailboxTypeDetail", func(_ *view, m measured) clixml.Value {
			if m.Kind == world.Shared {
				return enum("Microsoft.Exchange.Data.Mapi.StoreMailboxTypeDetail", "SharedMailbox", 2)
			}
			return enum("Microsoft.Exchange.Data.Mapi.StoreMailboxTypeDetail", "UserMailbox", 1)
		}),
		sizeField("MessageTableAvailableSize", func(m measured) int64 { return m.size() / 1200 }),
		sizeField("MessageTableTotalSize", func(m measured) int64 { return m.size() / 5 }),
	},
	says[measured]("16384", "NamedPropertiesCountQuota"), no[measured]("NeedsToMove"),
	[]field[measured]{
		sizeField("OtherTablesAvailableSize", func(m measured) int64 { return 32 << 10 }),
		sizeField("OtherTablesTotalSize", func(m measured) int64 { return m.size()/50 + 64<<10 }),
		guid("OwnerADGuid", func(_ *view, m measured) string { return m.GUID }),
	},
	null[measured]("QuarantineClients", "QuarantineDescription", "QuarantineEnd", "QuarantineFileVersion", "QuarantineLastCrash"),
	always[measured](clixml.NewInt32(0), "ResourceUsageRollingAvgDatabaseReads", "ResourceUsageRollingAvgRop"), null[measured]("ResourceUsageRollingClientTypes"),
	[]field[measured]{
		text("ServerName", func(_ *view, m measured) string { return m.Server() }),
		value("StorageLimitStatus", storageStatus),
		count("SystemMessageCount", func(m measured) int { return 40 + m.Items/2000 }),
		sizeField("SystemMessageSize", func(m measured) int64 { return 2<<20 + m.size()/10000 }),
	},
	[]field[measured]{
		sizeField("SystemMessageSizeShutoffQuota", func(measured) int64 { return 20 << 30 }),
		sizeField("SystemMessageSizeWarningQuota", func(measured) int64 { return 15 << 30 }),
		sizeField("TotalDeletedItemSize", func(m measured) int64 { return m.DeletedSize }),
		sizeField("TotalItemSize", measured.size),
		sizeField("DatabaseIssueWarningQuota", func(m measured) int64 { return m.WarnQuota }),
		sizeField("DatabaseProhibitSendQuota", func(m measured) int64 { return m.SendQuota }),
		sizeField("DatabaseProhibitSendReceiveQuota", func(m measured) int64 { return m.ReceiveQuota }),
		text("Identity", func(_ *view, m measured) string { return m.ExchangeGUID }),
		text("MapiIdentity", func(_ *view, m measured) string { return m.ExchangeGUID }),
		text("OriginatingServer", func(_ *view, m measured) string { return strings.ToLower(m.Server()) + ".sample.example" }),
	},
	says[measured]("New", "ObjectState"),
)

func storageStatus(_ *view, m measured) clixml.Value {
	const name = "Microsoft.Exchange.Data.Mapi.StorageLimitStatus"
	switch {
	case m.archive || m.ReceiveQuota == world.NoLimit:
		return enum(name, "NoChecking", 16)
	case m.Size >= m.ReceiveQuota:
		return enum(name, "MailboxDisabled", 8)
	case m.Size >= m.SendQuota:
		return enum(name, "ProhibitSend", 4)
	case m.Size >= m.WarnQuota:
		return enum(name, "IssueWarning", 2)
	}
	return enum(name, "BelowLimit", 1)
}

func noSuchMailbox(s *stage, identity string) *ErrorRecord {
	return s.exchangeError(notFoundException, "The specified mailbox Identity:\""+identity+"\" doesn't exist.")
}

func statistics(s *stage, m mailbox) error {
	x := measured{Mailbox: m, archive: s.args.on("Archive")}
	if x.archive && m.ArchiveGUID == "" {
		return s.fail(s.exchangeError(notFoundException, "The user \""+m.Name+"\" doesn't have an archive mailbox."))
	}
	if m.LastLogon.IsZero() && m.Size < 1<<20 && !x.archive {
		return s.warn("The user hasn't logged on to mailbox '" + m.Name + "' ('" + m.ExchangeGUID + "'), so there is no data to return. After the user logs on, this warning will no longer appear.")
	}
	return s.emit(statisticsClass.object(s.view, x))
}

// folder is one folder as Get-MailboxFolderStatistics shows it.
type folder struct {
	m     mailbox
	f     world.Folder
	dates bool // -IncludeOldestAndNewestItems
}

func folderText(name string, get func(x folder) string) field[folder] {
	return text(name, func(_ *view, x folder) string { return get(x) })
}

// folderDate is only told when it was asked for.
func folderDate(name string, get func(f world.Folder) time.Time) field[folder] {
	return value(name, func(v *view, x folder) clixml.Value {
		if !x.dates {
			return clixml.Value{}
		}
		return wallTime(v, get(x.f))
	})
}

func folderCount(name string, get func(x folder) int) field[folder] {
	return value(name, func(_ *view, x folder) clixml.Value { return clixml.NewInt32(int32(get(x))) })
}

var folderClass = newClass(
	"Microsoft.Exchange.Management.Tasks.MailboxFolderConfiguration Microsoft.Exchange.Data.ConfigurableObject System.Object",
	func(_ *view, x folder) string { return x.m.Name + pathIdentity(x.f.Path) },
	[]field[folder]{
		value("Date", func(v *view, x folder) clixml.Value { return wallTime(v, x.f.Created) }),
		value("CreationTime", func(v *view, x folder) clixml.Value { return wallTime(v, x.f.Created) }),
		value("LastModifiedTime", func(v *view, x folder) clixml.Value { return wallTime(v, x.f.Newest) }),
		folderText("Name", func(x folder) string { return x.f.Name }),
		folderText("FolderPath", func(x folder) string { return x.f.Path }),
		folderText("FolderId", func(x folder) string { return x.f.ID }),
		folderText("ParentFolderId", func(x folder) string { return "LgAAAAroot" + x.m.GUID[:8] }),
		folderText("FolderType", func(x folder) string { return x.f.Type }),
		folderText("ContainerClass", func(x folder) string {
			switch x.f.Type {
			case "Calendar":
				return "IPF.Appointment"
			case "Contacts":
				return "IPF.Contact"
			case "Tasks":
				return "IPF.Task"
			case "Notes":
				return "IPF.StickyNote"
			}
			return "IPF.Note"
		}),
		folderText("ContentMailboxGuid", func(x folder) string { return x.m.ExchangeGUID }),
		folderCount("ItemsInFolder", func(x folder) int { return x.f.Items }),
		folderCount("VisibleItemsInFolder", func(x folder) int { return x.f.Items }),
		folderCount("HiddenItemsInFolder", func(x folder) int { return 0 }),
		folderCount("DeletedItemsInFolder", func(x folder) int { return x.f.Deleted }),
		folderText("FolderSize", func(x folder) string { return sizeText(x.f.Size) }),
		folderCount("ItemsInFolderAndSubfolders", func(x folder) int { return x.f.Below }),
		folderCount("DeletedItemsInFolderAndSubfolders", func(x folder) int { return x.f.Deleted }),
		folderText("FolderAndSubfolderSize", func(x folder) string { return sizeText(x.f.SizeBelow) }),
	},
	[]field[folder]{
		folderDate("OldestItemReceivedDate", func(f world.Folder) time.Time { return f.Oldest }),
		folderDate("NewestItemReceivedDate", func(f world.Folder) time.Time { return f.Newest }),
		folderDate("OldestItemLastModifiedDate", func(f world.Folder) time.Time { return f.Oldest }),
		folderDate("NewestItemLastModifiedDate", func(f world.Folder) time.Time { return f.Newest }),
	},
	null[folder]("ManagedFolder", "DeletePolicy", "ArchivePolicy", "TopSubject", "TopSubjectSize", "TopSubjectCount", "TopSubjectClass", "TopSubjectPath", "SearchFolders"),
	yes[folder]("Movable"),
	[]field[folder]{folderText("Identity", func(x folder) string { return x.m.Name + pathIdentity(x.f.Path) })},
	yes[folder]("IsValid"), says[folder]("New", "ObjectState"),
)

func pathIdentity(path string) string { return strings.ReplaceAll(path, "/", `\`) }

func folderStatistics(s *stage, m mailbox) error {
	archive := s.args.on("Archive")
	if archive && m.ArchiveGUID == "" {
		return s.fail(s.exchangeError(notFoundException, "The user \""+m.Name+"\" doesn't have an archive mailbox."))
	}
	scope := strings.ToLower(s.args.text("FolderScope"))
	for _, f := range s.view.Folders(m.Index, archive) {
		deep := strings.HasPrefix(f.Type, "RecoverableItems")
		switch {
		case scope == "recoverableitems" && !deep, scope == "nonipmroot" && deep:
			continue
		case scope != "" && scope != "all" && scope != "recoverableitems" && scope != "nonipmroot" && !strings.EqualFold(f.Type, scope):
			continue
		}
		if err := s.emit(folderClass.object(s.view, folder{m, f, s.args.on("IncludeOldestAndNewestItems")})); err != nil {
			return err
		}
	}
	return nil
}
